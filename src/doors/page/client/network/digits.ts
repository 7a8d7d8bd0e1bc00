/**
 * The digits are of the Optical Recognition of Handwritten Digits data set of the UCI repository (E. Alpaydin, C. Kaynak, 1998,
 * doi:10.24432/C50P49, CC BY 4.0), as scikit-learn distributes it: the first forty pictures of each digit of its test set.
 */
export async function digitsText(): Promise<string> {
  const { default: text } = await import("./digits.txt?raw");
  return text;
}
