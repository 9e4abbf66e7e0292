import type { Registers } from '../data-sheet.ts';

const SLAVE_CTRL = { EN: 7, BYTE_SW: 6, REG_DIS: 5, GRP: 4, LEN: [3, 0] } as const;

/** What all of the family have (RM-MPU-6000A, RM-MPU-6500A, RM-MPU-9250A; section 3). */
const COMMON = {
  XG_OFFSET_H: { at: 0x13 },
  XG_OFFSET_L: { at: 0x14 },
  YG_OFFSET_H: { at: 0x15 },
  YG_OFFSET_L: { at: 0x16 },
  ZG_OFFSET_H: { at: 0x17 },
  ZG_OFFSET_L: { at: 0x18 },
  SMPLRT_DIV: { at: 0x19 },
  GYRO_CONFIG: { at: 0x1b, fields: { XG_ST: 7, YG_ST: 6, ZG_ST: 5, FS_SEL: [4, 3], FCHOICE_B: [1, 0] } },
  ACCEL_CONFIG: { at: 0x1c, fields: { XA_ST: 7, YA_ST: 6, ZA_ST: 5, AFS_SEL: [4, 3] } },
  MOT_THR: { at: 0x1f },
  MOT_DUR: { at: 0x20 },
  ZRMOT_THR: { at: 0x21 },
  ZRMOT_DUR: { at: 0x22 },
  FIFO_EN: { at: 0x23, fields: { TEMP: 7, XG: 6, YG: 5, ZG: 4, ACCEL: 3, SLV2: 2, SLV1: 1, SLV0: 0 } },
  I2C_MST_CTRL: {
    at: 0x24,
    fields: { MULT_MST_EN: 7, WAIT_FOR_ES: 6, SLV_3_FIFO_EN: 5, I2C_MST_P_NSR: 4, I2C_MST_CLK: [3, 0] },
  },
  I2C_SLV0_ADDR: { at: 0x25 },
  I2C_SLV0_REG: { at: 0x26 },
  I2C_SLV0_CTRL: { at: 0x27, fields: SLAVE_CTRL },
  I2C_SLV1_ADDR: { at: 0x28 },
  I2C_SLV1_REG: { at: 0x29 },
  I2C_SLV1_CTRL: { at: 0x2a, fields: SLAVE_CTRL },
  I2C_SLV2_ADDR: { at: 0x2b },
  I2C_SLV2_REG: { at: 0x2c },
  I2C_SLV2_CTRL: { at: 0x2d, fields: SLAVE_CTRL },
  I2C_SLV3_ADDR: { at: 0x2e },
  I2C_SLV3_REG: { at: 0x2f },
  I2C_SLV3_CTRL: { at: 0x30, fields: SLAVE_CTRL },
  I2C_SLV4_ADDR: { at: 0x31 },
  I2C_SLV4_REG: { at: 0x32 },
  I2C_SLV4_DO: { at: 0x33 },
  I2C_SLV4_CTRL: { at: 0x34, fields: { EN: 7, INT_EN: 6, REG_DIS: 5, I2C_MST_DLY: [4, 0] } },
  I2C_SLV4_DI: { at: 0x35, access: 'ro' },
  I2C_MST_STATUS: {
    at: 0x36,
    access: 'rc',
    fields: { PASS_THROUGH: 7, SLV4_DONE: 6, LOST_ARB: 5, SLV_NACK: [4, 0] },
  },
  INT_PIN_CFG: {
    at: 0x37,
    fields: {
      INT_LEVEL: 7,
      INT_OPEN: 6,
      LATCH_INT_EN: 5,
      INT_RD_CLEAR: 4,
      FSYNC_INT_LEVEL: 3,
      FSYNC_INT_EN: 2,
      I2C_BYPASS_EN: 1,
    },
  },
  INT_ENABLE: { at: 0x38, fields: { MOT_EN: 6, FIFO_OFLOW_EN: 4, I2C_MST_INT_EN: 3, DATA_RDY_EN: 0 } },
  INT_STATUS: {
    at: 0x3a,
    access: 'ro',
    fields: { FIFO_OFLOW_INT: 4, I2C_MST_INT: 3, DATA_RDY_INT: 0 },
  },
  ACCEL_XOUT_H: { at: 0x3b, count: 6, access: 'ro' },
  TEMP_OUT_H: { at: 0x41, count: 2, access: 'ro' },
  GYRO_XOUT_H: { at: 0x43, count: 6, access: 'ro' },
  EXT_SENS_DATA_00: { at: 0x49, count: 24, access: 'ro' },
  I2C_SLV0_DO: { at: 0x63, count: 4 },
  I2C_MST_DELAY_CTRL: { at: 0x67, fields: { DELAY_ES_SHADOW: 7, SLV_DLY_EN: [4, 0] } },
  SIGNAL_PATH_RESET: { at: 0x68, fields: { RESETS: [2, 0, 'sc'] } },
  MOT_DETECT_CTRL: { at: 0x69 },
  USER_CTRL: {
    at: 0x6a,
    fields: {
      DMP_EN: 7,
      FIFO_EN: 6,
      I2C_MST_EN: 5,
      I2C_IF_DIS: 4,
      DMP_RESET: [3, 'sc'],
      FIFO_RESET: [2, 'sc'],
      I2C_MST_RESET: [1, 'sc'],
      SIG_COND_RESET: [0, 'sc'],
    },
  },
  BANK_SEL: { at: 0x6d },
  MEM_START_ADDR: { at: 0x6e },
  MEM_R_W: { at: 0x6f },
  PRGM_START_H: { at: 0x70, count: 2 },
  FIFO_COUNTH: { at: 0x72, access: 'ro' },
  FIFO_COUNTL: { at: 0x73, access: 'ro' },
  FIFO_R_W: { at: 0x74 },
} as const satisfies Registers;

const POWER_FIELDS = {
  DEVICE_RESET: [7, 'sc'],
  SLEEP: 6,
  CYCLE: 5,
  GYRO_STANDBY: 4,
  TEMP_DIS: 3,
  CLKSEL: [2, 0],
} as const;
const STANDBY_FIELDS = { STBY_XA: 5, STBY_YA: 4, STBY_ZA: 3, STBY_XG: 2, STBY_YG: 1, STBY_ZG: 0 } as const;

/** MPU-6000 and MPU-6050. The self test's codes are a part's own: factory trims. */
export const MPU60X0_REGISTERS = {
  ...COMMON,
  ACCEL_OFFSET: { at: 0x06, count: 6 },
  SELF_TEST_X: { at: 0x0d, reset: 0x6e, fields: { XA_TEST_4_2: [7, 5], XG_TEST: [4, 0] } },
  SELF_TEST_Y: { at: 0x0e, reset: 0x8f, fields: { YA_TEST_4_2: [7, 5], YG_TEST: [4, 0] } },
  SELF_TEST_Z: { at: 0x0f, reset: 0x90, fields: { ZA_TEST_4_2: [7, 5], ZG_TEST: [4, 0] } },
  SELF_TEST_A: {
    at: 0x10,
    reset: 0x31,
    fields: { XA_TEST_1_0: [5, 4], YA_TEST_1_0: [3, 2], ZA_TEST_1_0: [1, 0] },
  },
  CONFIG: { at: 0x1a, fields: { EXT_SYNC_SET: [5, 3], DLPF_CFG: [2, 0] } },
  FF_THR: { at: 0x1d },
  FF_DUR: { at: 0x1e },
  PWR_MGMT_1: { at: 0x6b, reset: 0x40, fields: POWER_FIELDS },
  PWR_MGMT_2: { at: 0x6c, fields: { LP_WAKE_CTRL: [7, 6], ...STANDBY_FIELDS } },
  WHO_AM_I: { at: 0x75, reset: 0x68, access: 'ro' },
} as const satisfies Registers;

/** MPU-6500, and the MPU-9250 which has one in it. */
export const MPU6500_REGISTERS = {
  ...COMMON,
  SELF_TEST_GYRO: { at: 0x00, count: 3, reset: 0x62 },
  SELF_TEST_ACCEL: { at: 0x0d, count: 3, reset: 0x58 },
  CONFIG: { at: 0x1a, fields: { FIFO_MODE: 6, EXT_SYNC_SET: [5, 3], DLPF_CFG: [2, 0] } },
  ACCEL_CONFIG_2: { at: 0x1d, fields: { ACCEL_FCHOICE_B: 3, A_DLPFCFG: [2, 0] } },
  LP_ACCEL_ODR: { at: 0x1e, fields: { LPOSC_CLKSEL: [3, 0] } },
  PWR_MGMT_1: { at: 0x6b, reset: 0x01, fields: POWER_FIELDS },
  PWR_MGMT_2: { at: 0x6c, fields: STANDBY_FIELDS },
  WHO_AM_I: { at: 0x75, reset: 0x70, access: 'ro' },
  XA_OFFSET_H: { at: 0x77 },
  XA_OFFSET_L: { at: 0x78 },
  YA_OFFSET_H: { at: 0x7a },
  YA_OFFSET_L: { at: 0x7b },
  ZA_OFFSET_H: { at: 0x7d },
  ZA_OFFSET_L: { at: 0x7e },
} as const satisfies Registers;

/** Relatives of the MPU-6500 that differ in who they are, and ICM parts that wake up asleep. */
export const relativeOf6500 = (whoAmI: number, power: number) =>
  ({
    ...MPU6500_REGISTERS,
    PWR_MGMT_1: { at: 0x6b, reset: power, fields: POWER_FIELDS },
    WHO_AM_I: { at: 0x75, reset: whoAmI, access: 'ro' },
  }) as const satisfies Registers;

export const MPU9250_REGISTERS = relativeOf6500(0x71, 0x01);
