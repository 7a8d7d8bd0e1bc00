import type { Texts } from "../en.ts";
import { faultInChinese } from "./faults.ts";

export const problems: Texts["problems"] = {
  unreachable: "服务没有响应。它在运行吗？这台设备连得上它吗？",
  missing: (names) => `没有给出 ${names} 的值。`,
  at: "位置",
  didYouMean: (name) => `是不是想写 ${name}？`,
  fault: faultInChinese,
  titles: {
    invalid_expression: "公式读不懂",
    unknown_function: "没有这个函数",
    shape_mismatch: "形状对不上",
    missing_input: "有输入没有给值",
    not_differentiable: "没有可以求导的对象",
    objective_not_scalar: "结果不是一个数",
    too_large: "太大了",
    unauthorized: "需要密钥",
    forbidden: "这个密钥不能用于此处",
    queue_full: "服务正忙，请稍后再试",
    deadline_exceeded: "花的时间太长了",
    internal: "服务出错了",
  },
};
