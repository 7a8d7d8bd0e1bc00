import type { DatasetList, DatasetView } from "./schema.ts";

const flowers: DatasetView = {
  id: "sha256:e6542632b58de0bacd6f2c8ea0ffbaac19079c9e71851817389d75da3e16c7e6",
  object: "dataset",
  name: "flowers",
  format: "csv",
  bytes: 352,
  rows: 3,
  tensors: [
    { name: "input", shape: [3, 2], dtype: "float64" },
    { name: "target", shape: [3], dtype: "int64" },
  ],
  columns: { input: ["length", "width"], target: ["species"] },
  categories: { target: ["setosa", "virginica"] },
  read: { encoding: "utf-8", delimiter: ",", decimal: ".", header: true, guessed: ["delimiter", "header"] },
  created_at: 1_764_300_000,
};

/** An upload and what the service answers to it, but for the time, for the contract. A test asks the service. */
export const datasetExamples = Object.freeze({
  upload: {
    query: { name: "flowers", columns: '{"input": ["length", "width"], "target": {"columns": "species", "as": "class"}}' },
    file: "length,width,species\n5.1,3.5,setosa\n6.3,3.3,virginica\n4.9,3,setosa\n",
    answer: flowers,
  },
});

export const datasetListExample: DatasetList = Object.freeze({
  object: "list",
  data: [flowers],
  has_more: false,
  first_id: flowers.id,
  last_id: flowers.id,
});
