/**
 * The one catalogue of what can go wrong. A code is part of the contract: clients branch on it, so it is never renamed. Each `type` is a
 * path that the service answers itself.
 */
interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Plain sentences for the page at the problem's `type`: what it means and what to do. */
  readonly explanation: string;
}

const kind = (status: number, title: string, explanation: string): ProblemKind => Object.freeze({ status, title, explanation });

/** Every code the service can answer with, by HTTP status. */
export const problems = Object.freeze({
  invalid_json: kind(
    400,
    "The body is not JSON",
    'The request body could not be read as JSON. The detail names the line and column where reading stopped. JSON has no comments, no trailing commas and no NaN or Infinity: write those numbers as the strings "NaN", "Infinity" and "-Infinity".',
  ),
  invalid_encoding: kind(
    400,
    "The body is not UTF-8",
    "The request body contains bytes that are not valid UTF-8. Encode the JSON text as UTF-8 before sending it, without compressing it unless a Content-Encoding header says so.",
  ),
  invalid_request: kind(
    400,
    "The request does not fit the contract",
    "The request was read, but a member is missing, unknown or of the wrong type. Each entry of `errors` points at one such place. The schemas are in the service's OpenAPI document at /openapi.json.",
  ),
  nesting_too_deep: kind(
    400,
    "The request is nested too deeply",
    "Lists, objects or parentheses inside one another go deeper than the service reads. Give tensors of many dimensions as a shape with flat data, and split a long expression into statements.",
  ),

  malformed_http: kind(
    400,
    "The HTTP message cannot be read",
    "What arrived is not an HTTP/1.1 request, or its path cannot be decoded. Let an HTTP library write the request, and percent-encode what stands in the path.",
  ),

  unauthorized: kind(
    401,
    "Authentication is needed",
    "This service asks for an API key, and the request carried none or one that is not known. Send it in the header `Authorization: Bearer <key>`.",
  ),

  forbidden: kind(
    403,
    "The key is not for this",
    "The API key is known, and its role does not allow what was asked: a grader's key opens no jobs and no datasets, and what belongs to everyone only an admin removes. Use a key of another role.",
  ),

  not_found: kind(
    404,
    "There is nothing at this path",
    "No route of the service has this path, or the operator or problem that it names does not exist. The routes are listed at /docs and in /openapi.json.",
  ),
  unknown_graph: kind(
    404,
    "No graph has this id",
    "No graph is registered under this id. Ids are derived from a graph's content and returned by POST /v1/graphs: register the graph again and use the id in the answer.",
  ),

  unknown_job: kind(
    404,
    "No job has this id",
    "There is no training job with this id. Ids are returned by POST /v1/jobs and listed by GET /v1/jobs; a job that was deleted is gone.",
  ),
  unknown_checkpoint: kind(
    404,
    "There is no such checkpoint",
    "The job has no weights or checkpoint of the kind that was asked for, or not any more, or not yet. GET /v1/jobs/{id}/checkpoints lists what there is.",
  ),
  unknown_dataset: kind(
    404,
    "No dataset has this id",
    "No dataset is kept under this id. Ids are derived from a dataset's content and returned by POST /v1/datasets: upload the data again and use the id in the answer.",
  ),

  method_not_allowed: kind(
    405,
    "The path does not take this method",
    "The path exists, but not for this HTTP method. The Allow header of the answer lists the methods that it takes.",
  ),

  request_timeout: kind(
    408,
    "The request took too long to arrive",
    "The headers or the body of the request did not arrive completely within the time that the service waits for them. Send the request again over a better connection, or a smaller one.",
  ),

  job_conflict: kind(
    409,
    "The job's status does not allow this",
    "What was asked of the job does not go with its status: a job that is over cannot be paused or cancelled, one that is not over cannot be deleted and has no result yet, and only a paused one can be resumed. The detail gives the status.",
  ),
  dataset_in_use: kind(
    409,
    "The dataset is in use",
    "A training job that is not over reads this dataset. Cancel the job, or wait until it is over, and delete the dataset then.",
  ),
  idempotency_in_flight: kind(
    409,
    "The first request with this key is still under way",
    "A request with the same Idempotency-Key has come before and is not answered yet. Wait a moment and send it again to have the same answer.",
  ),

  idempotency_deleted: kind(
    410,
    "The job of this key was deleted",
    "A request with the same Idempotency-Key has made a job within the last day, and the job was deleted since. No second one is made for the key, since the request may have been on its way for long: use a new key for a new job.",
  ),
  missing_content: kind(
    410,
    "What was kept is gone",
    "A job, a dataset or a graph is known, and the bytes of its program, weights or data are not there any more. Submit the job, upload the dataset or register the graph again: what is derived from the same content has the same id. The operator finds all that is missing with `adjoint verify`.",
  ),

  precondition_failed: kind(
    412,
    "What is there is not what was meant",
    "The request was to be answered only if what is at this path has the tag of `If-Match`, or has not changed since `If-Unmodified-Since`. It has another tag, or has changed. Leave the header out to have what is there now.",
  ),

  body_too_large: kind(
    413,
    "The body is too large",
    "The request body has more bytes than this service accepts. Send large tensors as base64, which is about half as long as lists of numbers, or split the work into several requests.",
  ),
  too_many_nodes: kind(
    413,
    "The graph has too many nodes",
    "The graph, after expressions and layers are expanded, has more nodes than this service accepts. Operators on whole tensors in place of many scalar nodes make a graph smaller.",
  ),
  tensor_too_large: kind(
    413,
    "A tensor has too many elements",
    "A tensor that the request gives, or that a node would produce, has more elements than this service accepts. Broadcasting can produce a result much larger than its operands: check the shapes.",
  ),
  memory_limit: kind(
    413,
    "The computation needs too much memory",
    "The memory that the request needs was estimated before it was taken and is above a limit, or more than the service has. Ask for fewer results with `return`, or use smaller batches.",
  ),
  operations_limit: kind(
    413,
    "The computation needs too many operations",
    "The number of floating-point operations was estimated before running the graph and is above the limit. Use smaller batches, or run long training as a job.",
  ),
  answer_too_large: kind(
    413,
    "The answer would be too large",
    "The results asked for would make an answer with more bytes than this service sends. Ask for fewer results with `return`, or for the encoding base64.",
  ),

  unsupported_media_type: kind(
    415,
    "The body has an unsupported type",
    "The service reads JSON here. Send the header `Content-Type: application/json`.",
  ),

  expectation_failed: kind(
    417,
    "The expectation cannot be met",
    "The header `Expect` asks for something that this service does not do. The only expectation that it meets is `100-continue`: to be told that a body is wanted before it is sent. Leave the header out.",
  ),

  unknown_operator: kind(
    422,
    "The operator is unknown",
    "A node names an operator that is not in the catalogue. Names are those of ONNX and are case-sensitive; the nearest ones are suggested. The catalogue is at /v1/operators.",
  ),
  undefined_name: kind(
    422,
    "A name is not defined",
    "A node or an output refers to a name that no input, constant, parameter or node defines.",
  ),
  duplicate_name: kind(
    422,
    "A name is defined twice",
    "Two values of one graph have the same name. Every input, constant, parameter and node output needs a name of its own.",
  ),
  cycle: kind(
    422,
    "The graph has a cycle",
    "A node depends on its own output, so there is no order in which the graph could run. The detail gives one such path. Unroll a recurrence into one node per step.",
  ),
  shape_mismatch: kind(
    422,
    "Shapes do not fit",
    "The shapes of an operator's inputs, or of a given tensor and its declaration, do not go together. The detail gives both shapes. Shapes broadcast as in NumPy: aligned at the last dimension, with 1 stretching to any size.",
  ),
  type_mismatch: kind(
    422,
    "Types do not fit",
    "An operator was given a dtype that it does not take, or typed tensors of different dtypes. Types never mix silently: convert with Cast.",
  ),
  invalid_attribute: kind(
    422,
    "An attribute is invalid",
    "An attribute of a node is unknown to its operator, is missing, or has a value outside its range. /v1/operators/{op} lists the attributes and their defaults.",
  ),
  wrong_arity: kind(
    422,
    "The number of inputs or outputs is wrong",
    "A node has more or fewer inputs or outputs than its operator has. Leave out an optional input in the middle by writing null.",
  ),
  missing_input: kind(422, "An input has no value", "The graph has an input for which the request gives no tensor."),
  unexpected_input: kind(
    422,
    "A value is given for no input",
    "The request gives a tensor under a name that is not an input of the graph.",
  ),
  unknown_output: kind(
    422,
    "There is no such value to ask for",
    "The request asks for an output, an objective or a gradient of a name that the graph does not have.",
  ),
  invalid_expression: kind(
    422,
    "The expression cannot be read",
    "The expression is not well-formed. The detail gives the line and column and what was expected there.",
  ),
  unknown_function: kind(
    422,
    "The function is unknown",
    "The expression calls a function that does not exist. Every operator of the catalogue can be called by its name in snake_case, beside the usual names such as exp, log, sum and sigmoid.",
  ),
  invalid_tensor: kind(
    422,
    "A tensor cannot be read",
    "A tensor's data does not agree with its shape or dtype: a ragged list, an element that is not a number, a wrong number of elements, or base64 of the wrong length.",
  ),
  index_out_of_range: kind(
    422,
    "An index is out of range",
    "An axis or an element of an index tensor points outside the dimension that it selects from.",
  ),
  number_out_of_range: kind(
    422,
    "A number is outside of what it may be",
    "A number that a loss or an operator takes for a probability lies below 0 or above 1. A network whose outputs are to be probabilities ends with a Sigmoid, or has a loss of logits such as BCEWithLogitsLoss.",
  ),
  unknown_layer: kind(
    422,
    "The layer is unknown",
    "The network has a layer or loss of a type that does not exist. Types are named as in torch.nn; the nearest ones are suggested.",
  ),
  invalid_layer: kind(
    422,
    "A layer is invalid",
    "An argument of a layer is unknown, missing or out of range, or the layer does not fit what comes out of the layer before it. Arguments and defaults are those of torch.nn.",
  ),
  missing_parameter: kind(
    422,
    "A parameter has no value",
    "The request gives some parameters of the network and leaves this one out. Give all of them, or none and a seed.",
  ),
  unexpected_parameter: kind(
    422,
    "A value is given for no parameter",
    "The request gives a tensor under a name that is not a parameter of the network. Parameters are named like `0.weight`, after the position or the name of their layer.",
  ),
  invalid_dataset: kind(
    422,
    "The data cannot be read",
    "A file does not have the format that it is said to have, or a row of it does not fit. The detail names the line and the column, or the byte, where reading stopped.",
  ),
  invalid_training: kind(
    422,
    "The training does not fit the program",
    "The request describes a training that its program or its data do not allow: no value to minimise, nothing to train, rows that differ in number, an optimizer that needs the full batch, or numbers in the data that are not finite. Each entry of `errors` points at one such place.",
  ),
  idempotency_mismatch: kind(
    422,
    "The key belongs to another request",
    "A request with the same Idempotency-Key and another body has come before. Use a new key for a new request.",
  ),

  objective_not_scalar: kind(
    422,
    "The objective is not a scalar",
    "Gradients start from one number. Reduce the objective with sum or mean, or give a `cotangent` of the objective's shape to say how its elements are weighted.",
  ),
  objective_ambiguous: kind(
    422,
    "It is not clear what to differentiate",
    "The graph has several outputs and the request does not say which is the objective. Name it with `of`.",
  ),
  not_differentiable: kind(
    422,
    "There is nothing to differentiate",
    "No path of differentiable operations leads from what `wrt` names to the objective, or a name in `wrt` is not of a floating dtype.",
  ),
  not_analytic: kind(
    422,
    "There is no complex step here",
    "A gradient was to be checked by a step off the real axis, and a node on the way has no form for complex numbers. Check by the other methods, or check the parts of the program before and behind that node.",
  ),
  static_value_required: kind(
    422,
    "A value must be known in advance",
    "An operator's input decides the shape of its result, so it must be a constant or computed from constants and not depend on the inputs of the request.",
  ),

  rate_limited: kind(
    429,
    "Too many requests",
    "This client has sent more requests than its share. Wait for as many seconds as the Retry-After header says.",
  ),

  too_many_streams: kind(
    429,
    "Too many streams of one client are open",
    "This client listens to as many jobs at once as one client may. Close streams that nobody reads, or ask for the events as pages.",
  ),
  too_many_jobs: kind(
    429,
    "Too many jobs of one client are waiting",
    "This client has as many jobs in the queue as one client may have. Wait until some have begun, or cancel some, and send the request again.",
  ),

  headers_too_large: kind(
    431,
    "The headers are too large",
    "The path, the query and the headers of the request together are larger than the service reads. Data belongs into the body.",
  ),

  internal: kind(
    500,
    "Something unforeseen went wrong",
    "The fault is in the service and not in the request. It has been logged; trying again may or may not help.",
  ),
  damaged_content: kind(
    500,
    "What was kept is damaged",
    "The bytes that were kept of a job, a dataset or a graph are not those that were written, most often since a disk has failed, and are not answered. Submit the job, upload the dataset or register the graph again: the same content takes the place of the damaged one. Other weights of a job may be sound: GET /v1/jobs/{id}/checkpoints lists them. The operator finds all that is damaged with `adjoint verify`.",
  ),
  worker_lost: kind(
    500,
    "The computation was lost",
    "The thread that ran this request ended before it could answer, most often because the request needed more memory than the thread has. Other requests are not affected. Try a smaller request.",
  ),

  overloaded: kind(
    503,
    "The service is full",
    "More requests are waiting than the service accepts, or those under way hold the memory that this one needs. Wait for as many seconds as the Retry-After header says and send the request again.",
  ),
  queue_full: kind(
    503,
    "The queue of jobs is full",
    "As many jobs as the service accepts are waiting already. Wait for as many seconds as the Retry-After header says and send the request again.",
  ),
  storage_unavailable: kind(
    503,
    "The storage cannot be reached",
    "The database or the disk that keeps jobs and data did not answer. Nothing that was accepted is lost. Wait for as many seconds as the Retry-After header says and send the request again.",
  ),
  quota_exceeded: kind(
    507,
    "The client's share of the storage is used up",
    "What the request brings does not fit into what this client may keep in all: its datasets, its registered graphs and the checkpoints of its jobs count. The detail names the limit. Delete what is not needed any more, and send the request again.",
  ),
  storage_full: kind(
    503,
    "The storage is full",
    "There is no room left to keep what the request brings. Nothing that was accepted is lost. The operator can make room, or jobs and datasets that are not needed can be deleted.",
  ),
  not_ready: kind(
    503,
    "The service is not ready yet",
    "The service has just started and its workers cannot take requests yet, or they had to be started again. Try again in a few seconds.",
  ),
  shutting_down: kind(
    503,
    "The service is stopping",
    "This instance is about to stop and takes no new work. Send the request again; another instance will answer.",
  ),

  deadline_exceeded: kind(
    504,
    "The deadline has passed",
    "The request was not finished within the time that the service allows, waiting included, and was stopped. Use a smaller request, or run long training as a job.",
  ),

  storage_limit: kind(
    507,
    "As much is kept as may be",
    "What the request brings does not fit into what the service may keep of weights, datasets and submissions in all, which MAX_STORAGE_BYTES limits; the detail has the numbers. Delete jobs and datasets that are not needed any more, and send the request again. A training that has come to the limit waits for room.",
  ),
} satisfies Record<string, ProblemKind>);

export type ProblemCode = keyof typeof problems;

/** All codes, in the catalogue's order. */
export const problemCodes = Object.freeze(Object.keys(problems) as ProblemCode[]);

/** The path of the page that explains a code, which is also the `type` of its documents. */
export function problemPath(code: ProblemCode): string {
  return `/problems/${code}`;
}
