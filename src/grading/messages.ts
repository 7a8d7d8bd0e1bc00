import type { Cause } from "./diagnosis/diagnose.ts";
import type { MistakeName } from "./mistake-names.ts";

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** What the sentences are made with: a place by its name, the edges in words, and a factor where there is one. */
interface Facts {
  readonly name: string;
  readonly edges: string;
  readonly factor: string;
  /** Whom a value feeds: how many nodes, or one of them several times. */
  readonly fanout: string;
}

type Sentences = Readonly<Record<Language, (facts: Facts) => string>>;

const sentences: Readonly<Record<MistakeName, Sentences>> = {
  missing_fanout_sum: {
    en: ({ name, edges, fanout }) =>
      edges === ""
        ? `Inside ${name} a value goes several ways; its gradient is the sum over all of them, and one is missing. Add every path (+=).`
        : `${name} ${fanout}; its gradient is the sum over all of its edges, and what comes back along ${edges} is missing. Add every path (+=) instead of keeping only some.`,
    zh: ({ name, edges, fanout }) =>
      edges === ""
        ? `在 ${name} 内部，某个值流向多处；它的梯度应是各条路径之和，这里漏掉了一条。请把每条路径都累加起来（+=）。`
        : `${name} ${fanout}；它的梯度应是所有边上梯度之和，这里漏掉了沿 ${edges} 返回的部分。请把每条路径都累加起来（+=）。`,
  },
  wrong_sign: {
    en: ({ name }) =>
      `The gradient has the wrong sign from ${name} on. Check the order of a subtraction, or a minus that was lost or doubled.`,
    zh: ({ name }) => `从 ${name} 起梯度符号相反。请检查减法的次序，或是否漏写、多写了负号。`,
  },
  scale_factor: {
    en: ({ name, factor }) =>
      `The gradient at ${name} is ${factor} times what it should be. Look for a constant that was forgotten or applied twice.`,
    zh: ({ name, factor }) => `${name} 处的梯度是正确值的 ${factor} 倍。请检查是否漏乘（除）或重复乘（除）了某个常数。`,
  },
  missing_batch_mean: {
    en: ({ name }) =>
      `${name} is a mean, so its gradient must be divided by the number of elements; here it looks like that of a sum. Divide by it once.`,
    zh: ({ name }) => `${name} 是平均值，其梯度应除以元素个数；这里的梯度像是求和的梯度。请除以该个数一次。`,
  },
  missing_regularizer: {
    en: ({ name }) =>
      `The gradient of the regularization term is missing for ${name}. Add the derivative of the penalty to the gradient of the data loss.`,
    zh: ({ name }) => `${name} 的梯度中缺少正则化项的梯度。请在数据损失的梯度上加上惩罚项的导数。`,
  },
  regularizer_on_bias: {
    en: ({ name, factor }) =>
      `The gradient of ${name} contains ${factor} · ${name}, as from a penalty, but this program does not penalize ${name}. Leave the regularization term out there.`,
    zh: ({ name, factor }) => `${name} 的梯度中含有 ${factor} · ${name}，像是正则化项，但本程序并不惩罚 ${name}。请去掉这一项。`,
  },
  regularizer_factor_2: {
    en: ({ name, factor }) =>
      `The regularization term in the gradient of ${name} is ${factor} times what it should be. The derivative of λ w² is 2 λ w, that of ½ λ w² is λ w.`,
    zh: ({ name, factor }) => `${name} 的梯度中正则化项是正确值的 ${factor} 倍。λw² 的导数是 2λw，½λw² 的导数是 λw。`,
  },
  transposed: {
    en: ({ name }) =>
      `The gradient of ${name} comes out transposed, or a matrix was not transposed on the way to it. Check the order and the transposes of the matrix product.`,
    zh: ({ name }) => `${name} 的梯度被转置了，或计算时漏了某个矩阵的转置。请检查矩阵乘法的次序和转置。`,
  },
  broadcast_not_reduced: {
    en: ({ name }) =>
      `${name} was broadcast in the forward pass, so its gradient must be summed back to its shape; here the sum is missing.`,
    zh: ({ name }) => `${name} 在前向传播中被广播，其梯度应沿广播的轴求和以恢复原形状；这里没有求和。`,
  },
  bias_mean_instead_of_sum: {
    en: ({ name }) =>
      `The gradient of ${name} is averaged over the batch where it should be summed. ${name} acts on every row, so the contributions of all rows add up.`,
    zh: ({ name }) => `${name} 的梯度在批次上取了平均，而应当求和。${name} 作用于每一行，各行的贡献应相加。`,
  },
  bias_first_row_only: {
    en: ({ name }) => `The gradient of ${name} holds the first row of the batch only. Sum over all rows.`,
    zh: ({ name }) => `${name} 的梯度只取了批次的第一行。请对所有行求和。`,
  },
  missing_activation_derivative: {
    en: ({ name }) =>
      `The local derivative of ${name} is left out: the gradient goes through it unchanged. Multiply by the derivative of the function at its input.`,
    zh: ({ name }) => `漏乘了 ${name} 的局部导数：梯度原样穿过了它。请乘以该函数在其输入处的导数。`,
  },
  activation_used_as_derivative: {
    en: ({ name }) => `The gradient is multiplied by the value of ${name} in place of its derivative.`,
    zh: ({ name }) => `梯度乘的是 ${name} 的函数值，而不是它的导数。`,
  },
  derivative_of_activated_value: {
    en: ({ name }) =>
      `The derivative of ${name} is taken at its output where it should be taken at its input: the function is applied twice. Pass the value from before the activation, or use the formula in terms of the output.`,
    zh: ({ name }) => `${name} 的导数取在了输出处，而应取在输入处：函数被应用了两次。请传入激活之前的值，或使用以输出表示的导数公式。`,
  },
  relu_mask_inverted: {
    en: ({ name }) =>
      `The mask of ${name} is inverted: the gradient passes where the input is negative and is blocked where it is positive.`,
    zh: ({ name }) => `${name} 的掩码取反了：梯度在输入为负处通过，在输入为正处被阻断。`,
  },
  missing_target: {
    en: ({ name }) =>
      `The gradient by the scores of ${name} is the probabilities alone; it should be probabilities minus the target (one-hot).`,
    zh: ({ name }) => `${name} 对得分的梯度只有概率本身；应为概率减去目标（one-hot）。`,
  },
  double_softmax: {
    en: ({ name }) =>
      `Softmax is applied twice around ${name}: the loss already contains it. Give the loss raw scores, or take the logarithm of the probabilities only once.`,
    zh: ({ name }) => `${name} 处做了两次 softmax：损失函数中已包含它。请传入原始得分，只做一次 softmax。`,
  },
  label_off_by_one: {
    en: ({ name }) => `The labels in ${name} are shifted by one class. Check whether classes are counted from 0 or from 1.`,
    zh: ({ name }) => `${name} 中的类别标签错了一位。请检查类别是从 0 还是从 1 开始编号。`,
  },
  swapped_operands: {
    en: ({ name }) => `The gradients of the two operands of ${name} are exchanged. Give each operand the derivative by itself.`,
    zh: ({ name }) => `${name} 的两个操作数的梯度互换了。请把各自的导数对应到各自的操作数。`,
  },
  kernel_flipped: {
    en: ({ name }) =>
      `The kernel of ${name} is turned round on the way (or should be and is not). Forward is a correlation without a flip; the gradient by the input needs the kernel flipped, that by the weights does not.`,
    zh: ({ name }) =>
      `${name} 的卷积核在计算中被翻转了（或该翻转而未翻转）。前向是不翻转的互相关；对输入的梯度需要翻转核，对权重的梯度不需要。`,
  },
  pool_ties_all: {
    en: ({ name }) =>
      `Where several elements of a window of ${name} are the maximum, each receives the whole gradient. Give it to one of them, the first.`,
    zh: ({ name }) => `${name} 的一个窗口中有多个最大值时，每个都得到了全部梯度。应只给其中一个（第一个）。`,
  },
  accumulated_gradient: {
    en: ({ name, factor }) =>
      `The gradient of ${name} was accumulated${factor && ` ${factor} times`}. Set gradients back to zero before each backward pass.`,
    zh: ({ name, factor }) => `${name} 的梯度被累加了${factor && ` ${factor} 次`}。请在每次反向传播之前把梯度清零。`,
  },
  used_updated_weights: {
    en: ({ name, factor }) =>
      `The backward pass uses ${name} after its update (with a learning rate of about ${factor}). Compute all gradients first and update the weights afterwards.`,
    zh: ({ name, factor }) => `反向传播用的是更新之后的 ${name}（学习率约为 ${factor}）。请先算出所有梯度，再更新权重。`,
  },
  shape_mismatch: {
    en: ({ name }) => `The numbers of ${name} are right but stand in another shape. Reshape them to the shape of the value.`,
    zh: ({ name }) => `${name} 的数值正确，但形状不对。请变形为该值的形状。`,
  },
  nan_from_overflow: {
    en: ({ name }) =>
      `${name} holds NaN or infinity where the right numbers are finite: an exponential has overflowed, or a logarithm met 0. Subtract the maximum before exp, or work with log-probabilities.`,
    zh: ({ name }) =>
      `${name} 中出现了 NaN 或无穷大，而正确的数值是有限的：指数溢出，或对 0 取了对数。请在 exp 之前减去最大值，或直接使用对数概率。`,
  },
};

const few: Readonly<Record<Language, readonly string[]>> = {
  en: ["no", "one", "two", "three", "four", "five", "six"],
  zh: ["零", "一", "两", "三", "四", "五", "六"],
};

function feeding(nodes: number, language: Language): string {
  const count = few[language][nodes] ?? String(nodes);
  if (language === "en") return nodes === 1 ? "is used more than once by one node" : `feeds ${count} nodes`;
  return nodes === 1 ? "被同一节点多次使用" : `流向${count}个节点`;
}

/** A sentence that a student can act on. */
export function messageOf({ mistake, name, edges, factor, fanout = 2, also }: Cause, language: Language): string {
  const list = edges.map(({ from, to, input }) => `${from ?? (language === "en" ? "a literal" : "常量")} → ${to} [${input}]`);
  const text = sentences[mistake][language]({
    name,
    edges: list.join(language === "en" ? ", " : "、"),
    factor: factor === null ? "" : String(Number(factor.toPrecision(4))),
    fanout: feeding(fanout, language),
  });
  if (also.length === 0) return text;
  const others = also.join(language === "en" ? ", " : "、");
  return language === "en"
    ? `${text} The same at ${others} would give the same numbers: they could not be told apart here.`
    : `${text}同样的错误若出现在 ${others}，会得到相同的数值，此处无法区分。`;
}

/** Said when several causes explain the same. */
export const undecided: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) =>
    `${count} causes give the same numbers and could not be told apart here. POST /v1/probe makes inputs at which as many mistakes as possible differ.`,
  zh: (count) => `有 ${count} 种原因会得到相同的数值，此处无法区分。可用 POST /v1/probe 生成能区分它们的输入。`,
};

/** The language that a client prefers, by its Accept-Language header or a language tag. */
export function languageOf(preferences: string | undefined): Language {
  const ranked = (preferences ?? "")
    .split(",")
    .map((part, at) => {
      const [tag, ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
      return { language: tag.split("-")[0], quality: quality === undefined ? 1 : Number(quality), at };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality || a.at - b.at);
  return (
    languages.find((language) => language === ranked.find((each) => (languages as readonly string[]).includes(each.language))?.language) ??
    "en"
  );
}
