/** A parameter that this server does not know, or a modifier it does not have there. The search may go on without it. */
export class NotUnderstood extends Error {}
