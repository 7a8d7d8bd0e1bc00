import type { Term } from "../../../formula/term.ts";
import { joined, type Prose, say } from "../prose.ts";
import type { FunctionTitle } from "../recognise/spelled.ts";
import type { Voice } from "./voice.ts";

const listed = (terms: readonly Prose[]): Prose =>
  terms.length < 2 ? joined(terms, "") : [...joined(terms.slice(0, -1), "、"), " 和 ", ...(terms.at(-1) ?? [])];
/** 另有 `left` 个不列出。 */
const list = (terms: readonly Term[], left = 0): Prose => {
  const each = terms.map((term) => [term]);
  return left === 0 ? listed(each) : say`${joined(each, "、")} 和另外 ${left} 个`;
};
const sayLayer = (layer: string | null): string => (layer === null ? "" : `${layer}：`);

export const chinese: Voice = {
  tag: "zh-CN",
  between: "",
  otherwise: "其他",
  when: "若",
  headings: {
    summary: "概要",
    forward: "前向传播",
    backward: "反向传播",
    gradients: "各输入的梯度",
    functions: "认出的函数",
    notes: "说明",
    submission: "提交的内容",
    step: "步骤",
  },
  title: (objective) => say`逐步求 ${objective} 的梯度`,
  summary: ({ objective, value, inputs, leftInputs, steps, hasSums, results, leftResults }) =>
    joined(
      [
        steps === 0
          ? say`${objective} 是直接给定的，此处 ${objective} = ${value}。`
          : say`由 ${list(inputs, leftInputs)} 经过 ${steps} 步算出 ${objective}，此处 ${objective} = ${value}。`,
        hasSums
          ? say`反向传播从 ${objective} 开始：每个节点把上游梯度乘以局部导数再往回传；一个值被多处使用时，各处传回的梯度相加。`
          : say`反向传播从 ${objective} 开始：每个节点把上游梯度乘以局部导数，再把乘积往回传。`,
        results.length === 0 ? [] : say`最后得到 ${list(results, leftResults)}。`,
      ],
      "",
    ),
  layer: ({ index, name, title }) => (index === null ? `损失 ${title}` : `第 ${index} 层${name === null ? "" : `“${name}”`} ${title}`),
  forward: ({ symbol, introduces, equation, shapes, numbers, layer }) => {
    const what = introduces === null ? say`计算 ${equation}` : say`把 ${introduces} 记作 ${symbol}：${equation}`;
    const sizes =
      shapes === null
        ? []
        : say`，${shapes.operands.length === 0 ? "" : `由形状 ${shapes.operands.join("、")} `}得到${shapes.result === null ? "一个数" : `形状为 ${shapes.result} 的张量`}`;
    return say`${sayLayer(layer)}${what}${sizes}${numbers === null ? "" : `：${numbers}`}。`;
  },
  seed: (objective, equation, top) =>
    top === null
      ? say`反向传播从 ${objective} 开始，它对自身的导数为 1：${equation}。`
      : say`反向传播从 ${objective} 开始，起始值是给定的上游梯度，相当于 ${objective} 之后还有一个数 ${top}：${equation}。`,
  backward: ({ node, formula, incoming, layer, count, told, isScalar }) => {
    const gets = count === 1 ? "它的输入" : "每个输入";
    const share = isScalar ? "得到上游梯度与局部导数之积" : "得到由链式法则算出的梯度";
    return say`${sayLayer(layer)}经过 ${node} = ${formula} 往回传。上游梯度是 ${incoming}，${gets}${share}。${told < count ? `共 ${count} 个输入，这里只写出前 ${told} 个。` : ""}`;
  },
  edge: ({ from, incoming, local, gradient, isShare }) =>
    local === null
      ? say`传给 ${from} 的是 ${gradient}。`
      : say`传给 ${from}：上游梯度 ${incoming} 乘以局部导数 ${local}，得 ${gradient}${isShare ? "，这是其梯度的一部分" : ""}。`,
  tensorEdge: ({ from, formula, shapes, passed, summed, isElementwise, numbers, isShare, counts }) =>
    joined(
      [
        say`传给 ${from} 的是${formula === null ? "该算子由上游梯度算出的结果" : say` ${formula}`}${isElementwise ? "（逐元素相乘）" : ""}${shapes === null ? (passed === null ? "" : `，形状为 ${passed}`) : say`，形状关系为 ${shapes}`}：${numbers}。`,
        counts ? say`其中 n 是样本数。` : [],
        summed === null ? [] : say`前向时它沿轴 ${summed} 被重复使用（广播），所以反向时沿该轴求和。`,
        isShare ? say`这是其梯度的一部分。` : [],
      ],
      "",
    ),
  sum: ({ value, objective, through, count, isAll, equation }) =>
    say`${value} 被使用了 ${count} 次，分别用于 ${list(through, count - through.length)}，${isAll ? "从 " : "因此从 "}${value} 到 ${objective} 有${isAll ? ` ${count} ` : "多"}条路径。沿各条路径传回的梯度相加：${equation}。`,
  input: ({ name, objective, equation, gradient, isFinite, isTaken, ways, closed }) =>
    joined(
      [
        ways === null || ways.length < 2
          ? []
          : say`从 ${name} 到 ${objective} 有 ${ways.length} 条路径：${joined(
              ways.map((way) => (way.length === 0 ? say`直接到达` : say`经过 ${list(way)}`)),
              "，",
            )}。`,
        equation === null ? [] : say`由链式法则，${equation}。`,
        closed === null ? [] : say`只用输入表示：${closed}。`,
        !isFinite
          ? say`${Number.isFinite(gradient) ? say`${objective} ` : "这"}不是有限的数，无法说明变化的快慢。`
          : isTaken
            ? say`途中有节点处在导数不唯一的点（见“说明”），所以 ${name} 增加或减少一点点时，${objective} 的实际变化可能与此不同。`
            : gradient === 0
              ? say`${name} 的微小变化不会（在一阶意义下）改变 ${objective}。`
              : say`${name} 增加一点点时，${objective} ${gradient > 0 ? "增加" : "减少"}的量${magnitude(gradient)}。`,
      ],
      "",
    ),
  tensorInput: ({ name, objective, equation, shape, numbers }) =>
    joined(
      [
        equation === null ? [] : say`由链式法则，${equation}。`,
        say`梯度的形状与 ${name} 相同，为 ${shape}：每个元素表示 ${name} 的对应元素增加一点点时 ${objective} 变化的快慢。${numbers}。`,
      ],
      "",
    ),
  naming: (names, left) =>
    say`公式中 ${joined(
      names.map(({ short, name }) => say`${short} 表示 ${name}`),
      "，",
    )}${left === 0 ? "" : `，其余 ${left} 个依此类推`}。`,
  recognised: ({ nodes, title, operands, formula, derivative }) =>
    say`${nodes.length === 1 ? say`${nodes[0]}` : say`${list(nodes.slice(-mostNodes), Math.max(0, nodes.length - mostNodes))} 合起来`}就是 ${list(operands)} 的${titles[title]}：${formula}。它的导数有简洁的形式：${derivative}。`,
  submission: ({ right, total, firstWrong, diagnosis }) =>
    joined(
      [
        right === total ? say`提交的 ${total} 项全部正确。` : say`提交的 ${total} 项中有 ${right} 项正确。`,
        firstWrong === null ? [] : say`按计算顺序，最先出错的是 ${firstWrong}。`,
        diagnosis === null ? [] : [diagnosis],
      ],
      "",
    ),
  claim: ({ what, verdict, expected, submitted, message }) => {
    const subject = what ?? "提交的内容";
    const further = message === null ? "" : `${message}。`;
    if (verdict === "correct") return say`${subject} 正确。`;
    if (verdict === "follows") return say`${subject} 与之前提交的（错误）数值一致${expected === null ? "" : `，正确值应为 ${expected}`}。`;
    if (expected !== null && submitted !== null) return say`${subject} 错误：提交的是 ${submitted}，应为 ${expected}。${further}`;
    return say`${subject} 错误。${further}`;
  },
  insteadOf: (right) => say`正确的推导是：${right}`,
  independent: (name, objective) => say`没有可微的路径从 ${name} 通向 ${objective}，因此 ${name} 的梯度为 0。`,
  omitted: ({ forward, backward, gradients }) =>
    say`略去了${joined(
      [
        forward === 0 ? [] : say`前向 ${forward} 步`,
        backward === 0 ? [] : say`反向 ${backward} 步`,
        gradients === 0 ? [] : say`${gradients} 个梯度`,
      ].filter((part) => part.length > 0),
      "、",
    )}。可用 wrt 指定较少的值，或用 steps 放宽步数。`,
  kink: ({ node, formula, where, convention }) =>
    say`${node} = ${formula} 恰好位于导数不唯一之处（${places[where] ?? where}）。按约定，此处取：${conventions[convention] ?? convention}。`,
  given: (values, left) => say`${list(values, left)} 的给定值中就有非有限的数：用到它们的结果也可能不是有限的数，而这并非某一步所致。`,
  nonfinite: ({ node, pass, equation, why, place }) =>
    say`${pass === "forward" ? "前向传播" : "反向传播"}中最先在 ${node}${place === null ? "" : `（元素 ${place}）`} 出现非有限的数${equation === null ? "" : say`：${equation}`}。${reasons[why]}`,
};

/** 一组节点中列出名称的个数。 */
const mostNodes = 5;

const titles: Readonly<Record<FunctionTitle, string>> = {
  sigmoid: " sigmoid 函数",
  "mirrored sigmoid": "反向 sigmoid 函数 σ(−x)",
  tanh: "双曲正切",
  softplus: " softplus 函数（平滑的 ReLU）",
  "log-sigmoid": "对数 sigmoid",
  SiLU: " SiLU（swish）函数",
  ReLU: " ReLU 函数",
  GELU: " GELU 函数",
  softsign: " softsign 函数",
  "absolute value": "绝对值",
  "hyperbolic sine": "双曲正弦",
  "hyperbolic cosine": "双曲余弦",
  logit: " logit 函数（sigmoid 的反函数）",
  "log of a sum of exponentials": "指数和的对数",
  norm: "欧几里得范数",
  "squared norm": "平方和",
  "sum of absolute values": "绝对值之和",
  "squared error": "平方误差",
  "absolute error": "绝对误差",
  "binary cross-entropy": "二元交叉熵",
  "logistic loss": "逻辑损失",
  "cross-entropy": "交叉熵",
  softmax: " softmax 函数",
  "log-softmax": "对数 softmax",
  "softmax with cross-entropy": " softmax 交叉熵",
};

/** 各算子公布的折点与约定。 */
const places: Readonly<Record<string, string>> = {
  "operands that tie": "各操作数相等",
  "x at a bound": "x 在边界上",
  "x an integer": "x 为整数",
  "both 0": "两者均为 0",
};
const conventions: Readonly<Record<string, string>> = {
  infinite: "无穷大",
  "the slope": "负半轴的斜率",
  "0 by each": "对各操作数均取 0",
  "the gradient is split evenly among those that tie": "梯度在相等者之间平分",
  "1: the gradient passes to x, and the bound has 0": "1，即梯度传给 x，边界得到 0",
  "the one-sided limit -∞": "单侧极限 −∞",
};

const reasons = {
  domain: "函数在此处没有定义：自变量超出了定义域。",
  zeros: "零比零没有确定的值。",
  pole: "函数在此处趋于无穷，如同除以零。",
  overflow: "精确结果超出了该数据类型所能表示的最大数，发生了溢出。",
  unknown: "输入它的数都是有限的。",
};

const magnitude = (gradient: number): string => {
  const size = Math.abs(gradient);
  return size === 1 ? "与之相同" : `约为其 ${Number(size.toPrecision(3))} 倍`;
};
