import type { Texts } from "../en.ts";

export const check: Texts["check"] = {
  title: "检查你算的梯度",
  formula: "公式",
  inputs: "输入",
  inputsHint: "每行一个：a = 2，W = [[1, 2], [3, 4]]；也可以是 JSON",
  claims: "你算的梯度",
  claimsHint: "每行一个：b = 3 或 ∂e/∂b = 3；JSON 和 NumPy 打印的也行。写一行“values:”，下面就是中间各步的值。",
  check: "检查",
  verdict: "结论",
  count: (right, all) =>
    all === 0 ? "还没有写任何梯度" : right === all ? (all === 1 ? "对了" : `${all} 项全对`) : `${all} 项中对了 ${right} 项`,
  nothing: "请至少写一个梯度。",
  each: "逐项结论",
  item: "项目",
  submitted: "你的答案",
  expected: "应为",
  judged: "结论",
  kinds: {
    output: (name) => `结果 ${name}`,
    node: (name) => `${name} 的值`,
    gradient: (name) => `${name} 的梯度`,
    edge: (name) => `沿 ${name}`,
    submission: (name) => name,
  },
  verdicts: {
    correct: "正确",
    follows: "就前面的结果而言是对的",
    wrong: "错误",
    not_finite: "不是有限的数",
    shape_mismatch: "形状不对",
    missing: "没有写",
    unreadable: "读不懂",
    unknown_name: "没有这个名字",
  },
  see: "看这一步",
  lesson: "这个公式的所有步骤",
};
