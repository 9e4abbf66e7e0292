/** Opens the CH341A that is plugged into this machine by usbfs, and says who has it in front of that, meanwhile and behind it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { usbDevice } from '../../../dist/src/usb/index.js';

const DEVICES = '/sys/bus/usb/devices';
const CH341A = { title: 'a CH341A', ids: [{ vendorId: 0x1a86, productId: 0x5512 }], interface: 0 };

/** Which driver has the only device's interface. */
function driver() {
  const name = readdirSync(DEVICES).find((each) => /^\d+-[1-9]\d*:1\.0$/.test(each));
  try {
    return basename(readlinkSync(`${DEVICES}/${name}/driver`));
  } catch {
    return 'none';
  }
}

const told = async (opening) => {
  try {
    return (await opening).description;
  } catch (error) {
    return error.message;
  }
};

if (process.argv[2] === 'second') {
  console.log(`a second one: ${await told(usbDevice(CH341A)())}`);
} else {
  console.log(`driver before: ${driver()}`);
  const device = await usbDevice(CH341A)();
  console.log(`opened: ${device.description}, endpoints ${device.endpoints}`);
  console.log(`driver meanwhile: ${driver()}`);
  process.stdout.write(execFileSync(process.execPath, [process.argv[1], 'second']));
  await device.close();
  console.log(`driver behind it: ${driver()}`);
  console.log(`by a serial number: ${await told(usbDevice({ ...CH341A, serialNumber: '77' })())}`);
  console.log(`interface of HID: ${await told(usbDevice({ ...CH341A, interface: { class: 3 } })())}`);
  console.log(`driver at the end: ${driver()}`);
}
