import { route } from "../shell/route.ts";
import { JobList } from "./JobList.tsx";
import "./jobs.css";
import { JobView } from "./JobView.tsx";

/** All jobs that one may see, or one of them. */
export function JobsTab() {
  const { parameters } = route.value;
  const id = parameters.get("job");
  return id === null ? <JobList /> : <JobView key={id} id={id} />;
}
