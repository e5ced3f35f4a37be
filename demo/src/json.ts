// The strict scanner that keeps every byte: the engine's, behind one door.
export { applyPatch, type JsonDocument, JsonEdit, type JsonNode, NONE, name, scan } from '@fireguard/engine';
