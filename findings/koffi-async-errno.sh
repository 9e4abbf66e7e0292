#!/usr/bin/env bash
# npm koffi 3.3.4 on Node 20, Linux x64: errno after an asynchronous call.
#
# Guess: func.async() runs the call in another thread, errno belongs to a thread, so in the callback koffi.errno() is
# whatever the main thread's last call left; the errno of the call is lost.
# Seen: in the callback koffi.errno() is the errno of that very call, also where 32 calls that fail in two ways are
# under way at once and synchronous calls of the main thread fail in a third way meanwhile. After the callback it is
# the main thread's again: in a promise's continuation, one turn later, the errno is gone.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund koffi@3.3.4
cat > errno.mjs <<'EOF'
import koffi from 'koffi';
const libc = koffi.load('libc.so.6');
const close = libc.func('int close(int)');
const access = libc.func('int access(const char *, int)');
const mkdir = libc.func('int mkdir(const char *, int)');
const EBADF = koffi.os.errno.EBADF, ENOENT = koffi.os.errno.ENOENT;
let own = 0, after = 0, count = 0;
for (let round = 0; round < 50; round++)
  await Promise.all(
    Array.from({ length: 32 }, (_, i) =>
      new Promise((resolve) => {
        const expected = i % 2 ? EBADF : ENOENT;
        const ended = () => {
          count++;
          if (koffi.errno() === expected) own++;
          resolve(expected);
        };
        if (i % 2) close.async(99999, ended);
        else access.async('/nonexistent', 0, ended);
        mkdir('/', 0o700);
      }).then((expected) => {
        if (koffi.errno() === expected) after++;
      }),
    ),
  );
console.log(`${count} calls: in the callback ${own} have their errno, in the continuation ${after}`);
EOF
node errno.mjs | tee seen
echo '1600 calls: in the callback 1600 have their errno, in the continuation 0' | cmp - seen
