/** A parsed FHIRPath expression. https://hl7.org/fhirpath/N1/grammar.html */
export type Ast =
  | {
      readonly kind: 'literal'
      readonly type: LiteralType
      readonly text: string
      readonly unit?: string
      readonly at: number
    }
  | { readonly kind: 'empty'; readonly at: number }
  | { readonly kind: 'this' | 'index' | 'total'; readonly at: number }
  | { readonly kind: 'variable'; readonly name: string; readonly at: number }
  | { readonly kind: 'member'; readonly target: Ast | undefined; readonly name: string; readonly at: number }
  | {
      readonly kind: 'call'
      readonly target: Ast | undefined
      readonly name: string
      readonly args: readonly Ast[]
      readonly at: number
    }
  | { readonly kind: 'indexer'; readonly target: Ast; readonly index: Ast; readonly at: number }
  | { readonly kind: 'polarity'; readonly operator: '+' | '-'; readonly operand: Ast; readonly at: number }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Ast; readonly right: Ast; readonly at: number }
  | {
      readonly kind: 'type'
      readonly operator: 'is' | 'as'
      readonly operand: Ast
      readonly type: TypeSpecifier
      readonly at: number
    }

export type LiteralType =
  | 'System.Boolean'
  | 'System.String'
  | 'System.Integer'
  | 'System.Decimal'
  | 'System.Date'
  | 'System.DateTime'
  | 'System.Time'
  | 'System.Quantity'

/** `FHIR.Patient`, `System.String`, or a name whose namespace is left to be found. */
export type TypeSpecifier = { readonly namespace: string | undefined; readonly name: string }
