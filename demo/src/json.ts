// The strict scanner that keeps every byte: the engine's, behind one door.
export { JsonEdit } from '../../engine/src/json/edit.ts';
export { applyPatch } from '../../engine/src/json/patch.ts';
export { type JsonDocument, type JsonNode, NONE, type Name, name, scan } from '../../engine/src/json/scan.ts';
