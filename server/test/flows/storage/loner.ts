/** A process that joins and then has nothing more to do: it must end by itself. */
import { joinCluster } from '../../../src/storage/join-cluster.ts';
import { socketConnect } from '../../../src/storage/managed.ts';
import { openPool } from '../../../src/storage/pool.ts';

const connect = socketConnect(() => process.argv[2]!, process.argv[3]!);
const db = openPool(connect('runtime'), 1);
const node = await joinCluster(() => connect('runtime'), db, 'loner');
console.log(node.trusted());
