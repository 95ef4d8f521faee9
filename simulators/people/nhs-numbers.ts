/**
 * NHS numbers of the 999 range, which is kept for tests and given to nobody, with right check digits.
 * https://www.datadictionary.nhs.uk/attributes/nhs_number.html
 */
export function madeNhsNumbers(start: number, count: number): string[] {
  const numbers: string[] = []
  for (let step = 0; numbers.length < count; step++) {
    if (step >= 1_000_000) throw new RangeError('The test range has no more numbers')
    // 617,393 shares no factor with 1,000,000: every number of the range comes once.
    const nine = `999${String((start + step * 617_393) % 1_000_000).padStart(6, '0')}`
    const check = checkDigit(nine)
    if (check !== undefined) numbers.push(nine + check)
  }
  return numbers
}

/** Modulus 11 with the weights 10 to 2; a number whose check would be 10 is not used. */
function checkDigit(nine: string): number | undefined {
  const sum = [...nine].reduce((total, digit, at) => total + Number(digit) * (10 - at), 0)
  const check = (11 - (sum % 11)) % 11
  return check === 10 ? undefined : check
}
