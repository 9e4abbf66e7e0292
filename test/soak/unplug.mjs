// Loaded into a server before all else (`--import`): pulls its emulated USB devices out while a file is there.
//
//   DTBUS_UNPLUG=FOLDER: FOLDER/away-5512 is the file of the product 0x5512, FOLDER/pulled-5512 has a byte for each time
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { EmulatedPort } from '../../dist/src/usb/index.js';

const LOOK_MS = 10;
const folder = process.env.DTBUS_UNPLUG;
const ports = new Set();
const submit = EmulatedPort.prototype.submit;
EmulatedPort.prototype.submit = function (transfer) {
  ports.add(this);
  submit.call(this, transfer);
};

setInterval(() => {
  for (const port of ports) {
    const product = port.device.description.productId.toString(16);
    const isAway = existsSync(join(folder, `away-${product}`));
    if (isAway === !port.plugged) continue;
    if (!isAway) port.plug();
    else {
      port.unplug();
      appendFileSync(join(folder, `pulled-${product}`), '.');
    }
  }
}, LOOK_MS).unref();
