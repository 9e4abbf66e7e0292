import { quoted } from './guest-console.ts';

/**
 * A function of the shell: `unbound PATH DEVICE` notes that no driver took a node of the board, and the last that the
 * kernel said of its device where it said anything. That a supply is missing is no reason: a dummy takes its place.
 */
export const UNBOUND = `
unbound() {
  said=$(dmesg | grep -F " $2: " | grep -vF ', using dummy regulator' | tail -n 1 | sed 's/^\\[[^]]*\\] //')
  if [ -n "$said" ]; then note "no driver in the guest took $1: its kernel says: $said"
  else note "no driver in the guest took $1: see its kernel's configuration"; fi
}`;

/** What a device tree makes devices of: nodes beside the buses, the buses themselves, and their clients. */
const DEVICES = [
  '/sys/bus/platform/devices/*',
  '/sys/bus/virtio/devices/*',
  '/sys/bus/i2c/devices/[0-9]*-*',
  '/sys/bus/spi/devices/*',
];

/**
 * Shell lines for process 1: names the nodes of the guest's tree that no driver of its kernel took, by their paths on
 * the board.
 * @param places path on the board by path in the guest, of nodes that lie elsewhere there with all below them
 */
export function nameUnbound(places: ReadonlyMap<string, string>): string {
  const moved = [...places].map(
    ([guest, board]) =>
      `${quoted(guest)}|${quoted(`${guest}/`)}*) path=${quoted(board)}\${path#${quoted(guest)}} ;;`,
  );
  return `${UNBOUND}
for device in ${DEVICES.join(' ')}; do
  [ -e "$device/of_node/compatible" ] && [ ! -e "$device/driver" ] || continue
  path=$(readlink -f "$device/of_node")
  path=\${path#/sys/firmware/devicetree/base}
  case $path in
    ${moved.join('\n    ')}
  esac
  unbound "$path" "\${device##*/}"
done 2> /dev/null`;
}
