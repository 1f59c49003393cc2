/**
 * What every document says about its own form. Small on purpose: the session reads these before any editor is loaded.
 *
 * Promises: SCHEMA_VERSION grows by one whenever a node, a mark or an attribute is added to the schema, and never
 * otherwise; an app of a lower number must not bind an editor to the document [V1].
 */

/** The newest document form that this app can write. */
export const SCHEMA_VERSION = 1;

/** The field of the Yjs document that holds the text. */
export const BODY_FIELD = 'body';
