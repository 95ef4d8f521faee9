/** A parameter that this server does not know. The search may go on without it. */
export class NotUnderstood extends Error {}

/**
 * A modifier that its parameter does not have here. Without it the search would mean something else, so it is refused
 * whatever the caller prefers. https://hl7.org/fhir/R4/search.html#modifiers
 */
export class UnknownModifier extends NotUnderstood {}
