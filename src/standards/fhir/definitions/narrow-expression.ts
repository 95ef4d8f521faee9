/**
 * A search parameter's expression, kept to what concerns one resource type: `Patient.name | Person.name` for Person is
 * `Person.name`. A branch that names no resource type at its start stays. https://hl7.org/fhir/R4/searchparameter.html
 */
export function narrowExpression(expression: string, type: string, isResourceType: (name: string) => boolean): string {
  const kept = unionBranches(expression).filter((branch) => {
    const root = /^[(\s]*([A-Z][A-Za-z]*)/.exec(branch)?.[1]
    return root === undefined || root === type || abstractTypes.has(root) || !isResourceType(root)
  })
  return kept.map(withoutOuterParentheses).join(' | ')
}

const abstractTypes = new Set(['Resource', 'DomainResource'])

/** The operands of the outermost unions; `(a | b)` is opened, a union inside a call is left alone. */
export function unionBranches(expression: string): string[] {
  const text = withoutOuterParentheses(expression)
  const branches: string[] = []
  let depth = 0
  let quoted = false
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === "'" && text[i - 1] !== '\\') quoted = !quoted
    if (quoted) continue
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === '|' && depth === 0) {
      branches.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  branches.push(text.slice(start).trim())
  return branches.length === 1 ? branches : branches.flatMap(unionBranches)
}

function withoutOuterParentheses(expression: string): string {
  let text = expression.trim()
  while (text.startsWith('(') && closes(text) === text.length - 1) text = text.slice(1, -1).trim()
  return text
}

/** Where the parenthesis that opens `text` is closed. */
function closes(text: string): number {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === "'" && text[i - 1] !== '\\') quoted = !quoted
    if (quoted) continue
    if (character === '(') depth++
    else if (character === ')' && --depth === 0) return i
  }
  return -1
}
