// Reads or writes the first MiB of a flash behind an adapter by the USB transfers that the adapter's protocol needs, and by no others:
// what no client of libusb does in less. `least-client ch341a|ftdi read|write FILE`. It asks the chip for nothing, and knows that it is
// never busy behind an instruction, as the one of the bench is.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is used of libusb-1.0, whose header is not among the packages that the tests install.
typedef struct libusb_context libusb_context;
typedef struct libusb_device_handle libusb_device_handle;
struct libusb_transfer {
  libusb_device_handle *dev_handle;
  uint8_t flags;
  unsigned char endpoint, type;
  unsigned int timeout;
  int status, length, actual_length;
  void (*callback)(struct libusb_transfer *);
  void *user_data;
  unsigned char *buffer;
  int num_iso_packets;
};
int libusb_init(libusb_context **);
libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *, uint16_t, uint16_t);
int libusb_detach_kernel_driver(libusb_device_handle *, int);
int libusb_claim_interface(libusb_device_handle *, int);
struct libusb_transfer *libusb_alloc_transfer(int);
int libusb_submit_transfer(struct libusb_transfer *);
int libusb_handle_events(libusb_context *);
int libusb_control_transfer(libusb_device_handle *, uint8_t, uint8_t, uint16_t, uint16_t, unsigned char *, uint16_t, unsigned int);
enum { BULK = 2 };

enum { SIZE = 1 << 20, PAGE = 256, BLOCK = 1 << 16, OUT_MAX = 256, OUTS = 2, INS = 512 };
enum { WRITE_ENABLE = 0x06, PROGRAM = 0x02, READ = 0x03, READ_STATUS = 0x05, ERASE_BLOCK = 0xd8 };

static libusb_context *context;
static libusb_device_handle *device;

static void die(const char *what, int code) {
  fprintf(stderr, "%s: %d\n", what, code);
  exit(1);
}

static void submit(struct libusb_transfer *transfer) {
  int code = libusb_submit_transfer(transfer);
  if (code) die("a transfer cannot begin", code);
}

static struct libusb_transfer *transfer_on(int endpoint, void (*callback)(struct libusb_transfer *)) {
  struct libusb_transfer *transfer = libusb_alloc_transfer(0);
  transfer->dev_handle = device;
  transfer->endpoint = endpoint;
  transfer->type = BULK;
  transfer->callback = callback;
  return transfer;
}

// --- what goes out: transfers one behind the other, and how many answers there are to all of them

static unsigned char *sent;
static long sent_bytes, out_count, next_out;
static struct { long at, length; } outs[1 << 16];
static struct libusb_transfer *free_outs[OUTS];
static int free_out_count;

static void out_ended(struct libusb_transfer *transfer) {
  if (transfer->status) die("a transfer to the adapter failed", transfer->status);
  free_outs[free_out_count++] = transfer;
}

static void send_what_goes(void) {
  while (free_out_count > 0 && next_out < out_count) {
    struct libusb_transfer *transfer = free_outs[--free_out_count];
    transfer->buffer = sent + outs[next_out].at;
    transfer->length = outs[next_out++].length;
    submit(transfer);
  }
}

static void prepare_outs(int endpoint) {
  while (free_out_count < OUTS) free_outs[free_out_count++] = transfer_on(endpoint, out_ended);
}

static void await_outs(void) {
  while (next_out < out_count || free_out_count < OUTS) {
    send_what_goes();
    libusb_handle_events(context);
  }
}

// --- CH341A: packets of 32 bytes, of which one that is short ends its transfer; each SPI packet is answered by one

enum { PACKET = 32, SPI_BYTES = PACKET - 1, SPI = 0xa8, PINS = 0xab };
static unsigned char *answers;
static long in_count, begun, came;
static int is_open;

static unsigned char reversed(unsigned char byte) {
  byte = (byte & 0xf0) >> 4 | (byte & 0x0f) << 4;
  byte = (byte & 0xcc) >> 2 | (byte & 0x33) << 2;
  return (byte & 0xaa) >> 1 | (byte & 0x55) << 1;
}

static unsigned char *packet(int length) {
  if (!is_open || outs[out_count - 1].length == OUT_MAX * PACKET) outs[out_count++].at = sent_bytes;
  unsigned char *at = sent + sent_bytes;
  outs[out_count - 1].length += length;
  sent_bytes += length;
  is_open = length == PACKET;
  return at;
}

static void select_chip(int level_first, int level) {
  memcpy(packet(PACKET), (unsigned char[]){PINS, 0x80 | level_first, 0x80 | level, 0x7f, 0x20}, 5);
}

static void exchange(const unsigned char *data, long length) {
  for (long from = 0; from < length; from += SPI_BYTES, in_count++) {
    int part = length - from < SPI_BYTES ? length - from : SPI_BYTES;
    unsigned char *at = packet(1 + part);
    *at = SPI;
    for (int i = 0; i < part; i++) at[1 + i] = reversed(data[from + i]);
  }
}

/** Deselects the chip, and selects it for an instruction. */
static long instruction(const unsigned char *data, long length) {
  long first = in_count;
  select_chip(0x37, 0x36);
  exchange(data, length);
  return first;
}

static void changing(const unsigned char *data, long length) {
  instruction((unsigned char[]){WRITE_ENABLE}, 1);
  instruction(data, length);
  instruction((unsigned char[]){READ_STATUS, 0}, 2);
}

static void answered(struct libusb_transfer *transfer) {
  if (transfer->status) die("a transfer from the adapter failed", transfer->status);
  came++;
  if (begun == in_count) return;
  transfer->buffer = answers + PACKET * begun++;
  submit(transfer);
}

static void ch341a(const unsigned char *image, unsigned char *read) {
  sent = calloc(1, 8 << 20);
  if (image)
    for (long at = 0; at < SIZE; at += PAGE) {
      unsigned char bytes[4 + PAGE] = {ERASE_BLOCK, at >> 16, at >> 8, at};
      if (at % BLOCK == 0) changing(bytes, 4);
      bytes[0] = PROGRAM;
      memcpy(bytes + 4, image + at, PAGE);
      changing(bytes, sizeof bytes);
    }
  unsigned char *message = calloc(1, 4 + SIZE);
  *message = READ;
  long first = instruction(message, 4 + SIZE);
  select_chip(0x37, 0x37);
  answers = malloc(PACKET * in_count);
  prepare_outs(0x02);
  for (int i = 0; i < INS && begun < in_count; i++) {
    struct libusb_transfer *transfer = transfer_on(0x82, answered);
    transfer->length = PACKET;
    transfer->buffer = answers + PACKET * begun++;
    submit(transfer);
  }
  while (came < in_count) {
    send_what_goes();
    libusb_handle_events(context);
  }
  await_outs();
  for (long i = 0; i < SIZE; i++)
    read[i] = reversed(answers[PACKET * (first + (i + 4) / SPI_BYTES) + (i + 4) % SPI_BYTES]);
}

// --- FTDI: commands of the engine; each packet of 512 bytes that comes begins with two of status

enum { FTDI_PACKET = 512, FTDI_DATA = FTDI_PACKET - 2, CHUNK = 1 << 16, CHUNK_IN = (CHUNK + FTDI_DATA - 1) / FTDI_DATA * FTDI_PACKET };
static unsigned char *into;
static long taken;

static void packets_came(struct libusb_transfer *transfer) {
  if (transfer->status) die("a transfer from the adapter failed", transfer->status);
  for (int at = 0; at + 2 < transfer->actual_length; at += FTDI_PACKET) {
    int length = transfer->actual_length - at < FTDI_PACKET ? transfer->actual_length - at : FTDI_PACKET;
    if (taken + length - 2 > SIZE) die("too much came", length);
    memcpy(into + taken, transfer->buffer + at + 2, length - 2);
    taken += length - 2;
  }
  if (taken < SIZE) submit(transfer);
}

static void ftdi(unsigned char *read) {
  static const struct { int request, value; } SET_UP[] = {{0, 0}, {9, 16}, {11, 0}, {0, 1}, {0, 2}, {11, 0x200}};
  for (size_t i = 0; i < sizeof SET_UP / sizeof *SET_UP; i++) {
    int code = libusb_control_transfer(device, 0x40, SET_UP[i].request, SET_UP[i].value, 1, NULL, 0, 1000);
    if (code < 0) die("the engine cannot be set up", code);
  }
  sent = malloc(SIZE);
  into = read;
  for (long at = 0; at < SIZE; at += CHUNK) {
    const unsigned char commands[] = {0x8a, 0x86, 0, 0, 0x80, 0x08, 0x0b, 0x80, 0x00, 0x0b, 0x11, 3, 0, READ,
                                      at >> 16, at >> 8, at, 0x20, (CHUNK - 1) & 0xff, (CHUNK - 1) >> 8, 0x80, 0x08, 0x0b, 0x87};
    outs[out_count].at = sent_bytes;
    outs[out_count++].length = sizeof commands;
    memcpy(sent + sent_bytes, commands, sizeof commands);
    sent_bytes += sizeof commands;
  }
  prepare_outs(0x02);
  struct libusb_transfer *transfer = transfer_on(0x81, packets_came);
  transfer->buffer = malloc(CHUNK_IN);
  transfer->length = CHUNK_IN;
  submit(transfer);
  while (taken < SIZE) {
    send_what_goes();
    libusb_handle_events(context);
  }
  await_outs();
}

int main(int count, char **words) {
  if (count != 4) die("least-client ch341a|ftdi read|write FILE", count);
  int is_ch341a = strcmp(words[1], "ch341a") == 0, writes = strcmp(words[2], "write") == 0;
  unsigned char *image = malloc(SIZE), *read = malloc(SIZE);
  FILE *file = fopen(words[3], writes ? "rb" : "wb");
  if (!file) die("the file cannot be opened", 0);
  if (writes && fread(image, 1, SIZE, file) != SIZE) die("the file is too short", 0);
  libusb_init(&context);
  device = libusb_open_device_with_vid_pid(context, is_ch341a ? 0x1a86 : 0x0403, is_ch341a ? 0x5512 : 0x6014);
  if (!device) die("no such adapter", 0);
  libusb_detach_kernel_driver(device, 0);
  int code = libusb_claim_interface(device, 0);
  if (code) die("the adapter cannot be claimed", code);
  if (is_ch341a) ch341a(writes ? image : NULL, read);
  else if (!writes) ftdi(read);
  else die("it does not write by an FTDI chip", 0);
  if (writes && memcmp(image, read, SIZE)) die("the flash holds something else", 0);
  if (!writes) fwrite(read, 1, SIZE, file);
  fclose(file);
  return 0;
}
