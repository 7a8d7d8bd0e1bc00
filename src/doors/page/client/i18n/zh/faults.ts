/** What is most often wrong with a formula, by the service's sentence. */
const faults: readonly (readonly [told: RegExp, said: string])[] = [
  [/^the formula is empty$/, "公式是空的"],
  [/^there is no function ([^\s:;]+); did you mean (.+)\?$/, "没有函数 $1；是不是想写 $2？"],
  [/^there is no function ([^\s:;]+)$/, "没有函数 $1"],
  [/^the (\S) at line (\d+), column (\d+) is never closed: .*$/, "第 $2 行第 $3 列的 $1 没有配对的右括号"],
  [/^this (\S) closes nothing$/, "这个 $1 没有配对的左括号"],
  [/^expected an operator between (.+) and (.+); a product is written (.+)$/, "$1 与 $2 之间缺少运算符；乘积写作 $3"],
  [/^a product is written (.+), and parentheses say how far the (.+) before it reaches$/, "乘积写作 $1；前面的 $2 管到哪里，请用括号写明"],
  [/^expected a value, found the end of the (?:formula|line)$/, "到这里就没有了，还缺一个值"],
  [/^expected a value, found (.+)$/, "这里应当是一个值，却写着 $1"],
  [/^expected an operator(?: or the end of the statement)?, found (.+)$/, "这里应当是运算符，却写着 $1"],
  [/^several values are a list, in \[ and \]$/, "多个值要写成列表，放在 [ ] 里"],
  [/^the argument of a function stands in parentheses: (.+)$/, "函数的自变量要写在括号里：$1"],
  [/^a power of a function is written behind its argument: (.+)$/, "函数的幂写在自变量之后：$1"],
  [/^only names can be assigned: .*$/, "只能给名字赋值，名字写在 = 的左边；比较是否相等用 =="],
  [
    /^(.+) cannot be assigned here, because line (\d+), column (\d+) reads it as an input: .*$/,
    "$1 在第 $2 行第 $3 列是输入，不能再赋值：请换一个名字",
  ],
  [/^(.+) is read in two ways: write (.+), or the inverse function by its own name$/, "$1 有两种读法：写作 $2，或写反函数自己的名字"],
  [/^unexpected character (.+)$/, "不认识的字符 $1"],
  [/^(.+) is not read here: a formula is written as in Python.*$/, "这里不能用 $1：公式的写法与 Python 相同，分数写作 x^2 / 2，不用 LaTeX"],
  [
    /^Node (.+) \(MatMul\): MatMul of (\[.*\]) and (\[.*\]): the inner sizes (\d+) and (\d+) differ$/,
    "$1：形状 $2 与 $3 不能相乘，内侧的长度 $4 与 $5 不相等",
  ],
  [/^Node (.+) \(MatMul\): MatMul multiplies matrices and vectors, not scalars; use Mul$/, "$1：@ 用于矩阵和向量，数与数相乘用 *"],
  [/^Node (.+) \(\S+\): \S+ cannot broadcast (\[.*\]) with (\[.*\])$/, "$1：形状 $2 与 $3 对不上，无法广播"],
];

/** The service's sentence about a formula in Chinese; null where there is none. */
export function faultInChinese(told: string): string | null {
  const [pattern, said] = faults.find(([each]) => each.test(told)) ?? [];
  return pattern === undefined || said === undefined ? null : told.replace(pattern, said);
}
