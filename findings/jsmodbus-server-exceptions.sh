#!/usr/bin/env bash
# jsmodbus 5.0.0 (npm), server.TCP with buffers of 64 coils and 32 holding registers.
#
# Guess: what the server does not have is refused as Modbus has it (application protocol 1.1b3, sections 6 and 7):
# exception 02 for a read or write past the last register or coil, 03 for a read of no or of more than 125 registers.
# Seen: a write of several registers past the end has its exception, 02. A read past the end is answered with what
# there is, 2 registers of 5 or none of 1, and the client of the same package takes that for all; so is a read of 0 or
# of 200. Eight coils of which four are past the end are confirmed as eight.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts jsmodbus@5.0.0
cat > server.cjs <<'JS'
const net = require('node:net');
const { client, server } = require('jsmodbus');
const registers = Buffer.alloc(64);
const listener = net.createServer();
new server.TCP(listener, { coils: Buffer.alloc(8), discrete: Buffer.alloc(8), holding: registers, input: Buffer.alloc(64) });
const requests = {
  'read registers 30 to 34': [3, 0, 30, 0, 5],
  'read register 100': [3, 0, 100, 0, 1],
  'read 0 registers': [3, 0, 0, 0, 0],
  'read 200 registers': [3, 0, 0, 0, 200],
  'write registers 31 and 32': [16, 0, 31, 0, 2, 4, 0, 1, 0, 2],
  'write coils 60 to 67': [15, 0, 60, 0, 8, 1, 0xff],
};
listener.listen(0, '127.0.0.1', async () => {
  const { port } = listener.address();
  const socket = net.connect(port, '127.0.0.1');
  let bytes = Buffer.alloc(0);
  let take;
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < 6 || bytes.length < 6 + bytes.readUInt16BE(4)) return;
    take(bytes.subarray(7));
    bytes = Buffer.alloc(0);
  });
  for (const [name, pdu] of Object.entries(requests)) {
    const answered = new Promise((resolve) => (take = resolve));
    socket.write(Buffer.from([0, 1, 0, 0, 0, pdu.length + 1, 1, ...pdu]));
    const answer = await answered;
    console.log(`${name}: ${answer[0] === 3 ? `${answer.length / 2 - 1} registers` : answer.toString('hex')}`);
  }
  socket.destroy();
  const connection = new net.Socket();
  const master = new client.TCP(connection, 1);
  connection.connect(port, '127.0.0.1', async () => {
    const { response } = await master.readHoldingRegisters(30, 5);
    console.log(`the client asks for 5 and is given ${response.body.valuesAsArray.length}`);
    connection.destroy();
    listener.close();
  });
});
JS
node server.cjs | tee seen
cat > expected <<'SEEN'
read registers 30 to 34: 2 registers
read register 100: 0 registers
read 0 registers: 0 registers
read 200 registers: 32 registers
write registers 31 and 32: 9002
write coils 60 to 67: 0f003c0008
the client asks for 5 and is given 2
SEEN
cmp expected seen
