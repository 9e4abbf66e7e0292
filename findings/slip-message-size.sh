#!/usr/bin/env bash
# slip 1.0.2 (npm), Decoder with maxMessageSize.
#
# Guess: a message of at most maxMessageSize bytes is taken, and a longer one is told to onError, as its documentation
# says: 200 bytes are taken where 256 are allowed, and 1100 where 1500 are.
# Seen: what is compared is the size of the buffer, which begins at 1024 bytes (bufferSize) and is doubled. With any
# limit up to 1024 each single byte is one error, and no message ever comes. With 1500 a message of 1100 bytes is an
# error at its byte 1025; the buffer has 2048 bytes from then on, so every byte that follows is an error, also those of
# a message of 10, for as long as the decoder lives. Without onError nothing is said.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts slip@1.0.2
cat > decode.js <<'JS'
const slip = require('slip');
function decode(options, ...lengths) {
  const messages = [];
  let errors = 0;
  const decoder = new slip.Decoder({
    ...options, onMessage: (message) => messages.push(message.length), onError: () => errors++,
  });
  for (const length of lengths) decoder.decode(slip.encode(new Uint8Array(length).fill(0x55)));
  return `messages of [${messages}] bytes, ${errors} errors`;
}
console.log(`200 of 256: ${decode({ maxMessageSize: 256 }, 200)}`);
console.log(`10, 1100 and 10 of 1500: ${decode({ maxMessageSize: 1500 }, 10, 1100, 10)}`);
console.log(`10, 1100 and 10 without a limit: ${decode({}, 10, 1100, 10)}`);
JS
node decode.js | tee seen
cat > expected <<'SEEN'
200 of 256: messages of [] bytes, 200 errors
10, 1100 and 10 of 1500: messages of [10] bytes, 86 errors
10, 1100 and 10 without a limit: messages of [10,1100,10] bytes, 0 errors
SEEN
cmp expected seen
