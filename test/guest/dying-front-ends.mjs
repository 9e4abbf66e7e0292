/**
 * Front-ends that die: COUNT of them at the sockets, in turns, each at another stage of its life. What comes at
 * standard input makes those that are ready for it offer requests, transactions without their end and chips
 * that stay selected, and kills all of them in that moment.
 *
 *     node dying-front-ends.mjs COUNT DEVICE-ID SOCKET [DEVICE-ID SOCKET]...
 */
import { connectUnix } from '../../dist/src/os/index.js';
import { VhostUserFrontEnd } from '../../dist/src/transport/index.js';
import {
  allocateQueueAreas,
  createDriverQueue,
  DmaAllocator,
  driverOk,
  featureSet,
  negotiate,
  VIRTIO_F,
} from '../../dist/src/virtio/index.js';

const QUEUE = 64;
const [count, ...sockets] = process.argv.slice(2);
const buses = [];
while (sockets.length > 0) buses.push({ deviceId: Number(sockets.shift()), socket: sockets.shift() });

/** An EEPROM's pointer is set, FAIL_NEXT; a flash is asked for its id and stays selected. */
const REQUESTS = {
  34: [0xa0, 0, 0, 0, 1, 0, 0, 0, 0],
  45: [0, 8, 0, ...Array(29).fill(0), 0x9f],
};

const STAGES = [
  () => {},
  (life) => {
    const own = life.deviceId === 34 ? featureSet(0) : 0;
    const wanted = featureSet(VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX);
    life.features = negotiate(life.frontEnd, wanted, own);
  },
  (life) => {
    const { address, size } = life.frontEnd.dmaRange;
    life.dma = new DmaAllocator(address, size);
    const config = {
      ...allocateQueueAreas(life.dma, QUEUE, life.features),
      size: QUEUE,
      features: life.features,
    };
    life.queue = createDriverQueue(life.frontEnd.memory, config, life.dma);
    life.frontEnd.setupQueue(0, config);
    driverOk(life.frontEnd);
  },
];

function offer({ deviceId, dma, frontEnd, queue }) {
  const put = (bytes) => {
    const addr = dma.alloc(bytes.length);
    frontEnd.memory.slice(addr, bytes.length).set(bytes);
    return { addr, len: bytes.length };
  };
  for (let i = 1; i <= QUEUE / 2; i++) queue.addBuf([put(REQUESTS[deviceId])], [put([0, 0])], i);
  queue.kick(() => frontEnd.notify(0));
}

const lives = [];
for (let i = 0; i < Number(count); i++) {
  const { deviceId, socket } = buses[i % buses.length];
  const life = {
    deviceId,
    frontEnd: new VhostUserFrontEnd({ connect: () => connectUnix(socket), deviceId }),
  };
  const last = Math.floor(i / buses.length) % STAGES.length;
  for (const stage of STAGES.slice(0, last + 1)) stage(life);
  lives.push(life);
}
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  for (const life of lives) if (life.queue !== undefined) offer(life);
  process.kill(process.pid, 'SIGKILL');
});
