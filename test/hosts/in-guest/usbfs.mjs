/** Opens the CH341A that is plugged into this machine by usbfs, and says who has it in front of that, meanwhile and behind it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { usbDevice } from '../../../dist/src/usb/index.js';

const DEVICES = '/sys/bus/usb/devices';
const CH341A = { title: 'a CH341A', ids: [{ vendorId: 0x1a86, productId: 0x5512 }], interface: 0 };

/** The only device, below `/sys/bus/usb/devices`. */
const device = () => readdirSync(DEVICES).find((each) => /^\d+-[1-9]\d*$/.test(each));

/** Which driver has its interface. */
function driver() {
  const name = `${device()}:1.0`;
  try {
    return basename(readlinkSync(`${DEVICES}/${name}/driver`));
  } catch {
    return 'none';
  }
}

const told = async (opening) => {
  try {
    return (await opening)?.description;
  } catch (error) {
    return error.message;
  }
};

if (process.argv[2] === 'second') {
  console.log(`a second one: ${await told(usbDevice(CH341A)())}`);
} else {
  console.log(`driver before: ${driver()}`);
  const opened = await usbDevice(CH341A)();
  console.log(`opened: ${opened.description}, endpoints ${opened.endpoints}`);
  console.log(`driver meanwhile: ${driver()}`);
  process.stdout.write(execFileSync(process.execPath, [process.argv[1], 'second']));
  await opened.close();
  console.log(`driver behind it: ${driver()}`);
  console.log(`by a serial number: ${await told(usbDevice({ ...CH341A, serialNumber: '77' })())}`);
  console.log(`interface of HID: ${await told(usbDevice({ ...CH341A, interface: { class: 3 } })())}`);
  console.log(`driver at the end: ${driver()}`);
  const lost = await usbDevice(CH341A)();
  const send = () => told(lost.out(2, Uint8Array.of(0xaa, 0x60, 0)));
  console.log(`sent: ${await send()}`);
  const authorized = `${DEVICES}/${device()}/authorized`;
  writeFileSync(authorized, '0');
  console.log(`kept off: ${await send()}`);
  console.log(`opened: ${await told(usbDevice(CH341A)())}`);
  writeFileSync(authorized, '1');
  for (let looks = 0; driver() === 'none' && looks < 100; looks++) await sleep(50);
  console.log(`let in, with driver ${driver()}: ${await send()}`);
  await lost.close();
  const again = await usbDevice(CH341A)();
  console.log(`sent again: ${await told(again.out(2, Uint8Array.of(0xaa, 0x60, 0)))}`);
  writeFileSync(`${DEVICES}/${device()}:1.0/authorized`, '0');
  console.log(`its interface kept off: ${await told(again.out(2, Uint8Array.of(0xaa, 0x60, 0)))}`);
  console.log(`opened: ${await told(usbDevice(CH341A)())}`);
  await again.close();
}
