#!/usr/bin/env bash
# @nats-io/transport-node 3.3.1 (npm).
#
# Guess: a server that is named by its address, 127.0.0.1, is let in with a certificate for that address (an IP entry of
# subjectAltName), as curl, psql or Node's own tls.connect do.
# Seen: the certificate is compared with "localhost" and refused, as the library names a host to TLS only where the server
# was given by name. With `host` among its options of TLS, which its types do not have, the address is compared.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts @nats-io/transport-node@3.3.1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out cert.pem \
  -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat > connect.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { connect } from '@nats-io/transport-node';

const [key, cert] = ['key.pem', 'cert.pem'].map((file) => readFileSync(file, 'utf8'));
// As much of a server as a connection needs: INFO in the clear, then TLS, then PONG.
const server = createServer((socket) => {
  const info = { server_id: 'X', version: '2.9.10', proto: 1, headers: true, max_payload: 1 << 20, tls_required: true };
  socket.write(`INFO ${JSON.stringify(info)}\r\n`);
  const secure = new TLSSocket(socket, { isServer: true, key, cert });
  secure.on('data', (text) => String(text).includes('PING') && secure.write('PONG\r\n'));
  secure.on('error', () => {});
  socket.on('error', () => {});
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const servers = `127.0.0.1:${server.address().port}`;
for (const tls of [{ ca: cert }, { ca: cert, host: '127.0.0.1' }]) {
  const outcome = await connect({ servers, tls, reconnect: false, maxReconnectAttempts: 0 }).then(
    async (connection) => {
      await connection.close();
      return 'connected';
    },
    (error) => error.message,
  );
  console.log(`${Object.keys(tls)}: ${outcome}`);
}
process.exit(0);
JS
node connect.mjs | tee seen
[ "$(sed -n 1p seen | cut -d. -f1)" = "ca: Hostname/IP does not match certificate's altnames: Host: localhost" ]
[ "$(sed -n 2p seen)" = 'ca,host: connected' ]
