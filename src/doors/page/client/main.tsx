import { render } from "preact";
import { Shell } from "./shell/Shell.tsx";
import { followSettings } from "./shell/settings.ts";
import "./style/page.css";

followSettings();
const root = document.getElementById("page");
if (root !== null) render(<Shell />, root);
