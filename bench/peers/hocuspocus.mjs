/** Peer: Hocuspocus with its SQLite extension, as its documentation sets it up. Argument: the database file. */
import { SQLite } from '@hocuspocus/extension-sqlite';
import { Server } from '@hocuspocus/server';

const server = new Server({
	address: '127.0.0.1',
	port: 0,
	quiet: true,
	extensions: [new SQLite({ database: process.argv[2] ?? ':memory:' })]
});
await server.listen();
console.log(`ready ${server.address.port}`);
