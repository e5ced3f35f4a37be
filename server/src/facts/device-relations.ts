/** Whose a device is: `Device.patient` in R4, a DeviceAssociation in R5 and R6. One that is retired, lost or entered in error is nobody's. */
import { elementNodes, type FhirTables, name } from '@fireguard/engine';
import { type Ask, askFor, patientIds, targetsAt } from './ask.ts';
import { periodEnded } from './period.ts';
import type { RelationBook } from './relation-book.ts';

const STATUS = name('status');
const ACTIVE = name('active');
const CODE = name('code');
/** http://hl7.org/fhir/deviceassociation-status */
const worn: ReadonlySet<string> = new Set(['implanted', 'attached']);

/** `id`: of the Device. */
export async function deviceRelations(ask: Ask, id: string, tables: FhirTables, book: RelationBook): Promise<void> {
  const devices = await askFor(ask, 'Device', [], [id], (ids) => ['_id', ids.join(',')]);
  const device = devices.find((one) => one.id === id);
  if (device === undefined || !device.document.stringIs(device.document.member(device.node, STATUS), ACTIVE)) return;
  for (const patient of patientIds(targetsAt(ask, device.document, device.node, 'patient'))) book.add(patient, 'device');
  if (!tables.types.has('DeviceAssociation')) return;
  const who = `Device/${id}`;
  for (const { document, node } of await askFor(ask, 'DeviceAssociation', [['device', who]], 'all', never)) {
    const codes = elementNodes(document, node, 'status.coding').map((coding) => document.string(document.member(coding, CODE)));
    const holds = codes.some((code) => code !== undefined && worn.has(code)) && !periodEnded(document, node, ask.now);
    if (!holds || !targetsAt(ask, document, node, 'device').includes(who)) continue;
    for (const patient of patientIds(targetsAt(ask, document, node, 'subject'))) book.add(patient, 'device');
  }
}

function never(): readonly [string, string] {
  throw new Error('asked without ids');
}
