import { addressOf, type DeviceNode, isTenBit, NodeError } from '../../bus/index.ts';

/** Where a device that asserts an alert is asked for its address (SMBus 3.2, appendix A.2). */
export const ALERT_RESPONSE = 0x0c;

/** `reg` bit 30: the controller itself is the target (Linux include/dt-bindings/i2c/i2c.h, `I2C_OWN_SLAVE_ADDRESS`). */
const OWN_TARGET_ADDRESS = 0x4000_0000;

/**
 * The addresses in an I2C child's `reg`, with `TEN_BIT_ADDRESS` kept; own-target addresses are left out.
 * @throws {NodeError}
 */
export function i2cAddresses(node: DeviceNode): readonly number[] {
  const addresses: number[] = [];
  for (const cell of node.u32s('reg') ?? []) {
    const address = addressOf(cell) & ~OWN_TARGET_ADDRESS;
    const tenBit = isTenBit(cell);
    if (tenBit ? address > 0x3ff : address === 0 || address > 0x7f) {
      const shown = `0x${address.toString(16)}`;
      throw new NodeError(
        node,
        'reg',
        tenBit
          ? `invalid ten-bit I2C address: expected 0 to 0x3ff, got ${shown}`
          : `invalid I2C address: expected 0x01 to 0x7f, got ${shown}; a ten-bit one needs bit 31 set (I2C_TEN_BIT_ADDRESS)`,
      );
    }
    if ((cell & OWN_TARGET_ADDRESS) === 0) addresses.push(cell);
  }
  // Exactly as long: a board may have thousands of parts.
  return addresses.slice();
}

/** The one address of a part. @throws {NodeError} when `reg` has none. */
export function i2cAddress(node: DeviceNode): number {
  const [address] = i2cAddresses(node);
  if (address === undefined) throw new NodeError(node, 'reg', 'the I2C address of the part is missing');
  return address;
}
