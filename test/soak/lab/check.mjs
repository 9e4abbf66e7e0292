// What must hold of a lab whatever happened, proven from what its clients saw, what its hosts said, and what reached its wires.
//
// Everything is in ns of the one monotonic clock of the machine.

/** Errnos of a transfer that was refused before the wire. */
const REFUSED = ['EACCES', 'EBUSY', 'EAGAIN'];
/** The same, of a bus that no adapter carries. */
const REFUSED_WITHOUT_ADAPTER = [...REFUSED, 'ENODEV', 'ECANCELED'];
const ERRNO = /^E[A-Z0-9]+$/;
/** Sentences of a kind that are told. */
const TOLD_MAX = 5;

/**
 * @typedef {{ event: string, at: number, [more: string]: any }} Line
 * @typedef {{ host: string, bus: string, hasAdapter: boolean, records: { tag: string, at: number }[] }} Wire
 * @param {{ clients: Line[][], hosts: Record<string, Line[]>, wires: Wire[] }} history lines of each client and each host, in their
 * order; records of each wire in its order
 * @returns {{ wrong: string[], counts: Record<string, any> }}
 */
export function check({ clients, hosts, wires }) {
  const wrong = new Faults();
  const calls = callsOf(clients, wrong);
  const leases = leasesOf(hosts, wrong);
  const fences = fencesOf(clients, hosts, wrong);
  const onWire = wires.flatMap((wire) => wire.records.map((record, place) => ({ ...record, wire, place })));
  const counts = { transfers: calls.size, onWire: onWire.length, leases: leases.size, fences, ends: {} };
  checkOnce(calls, onWire, counts, wrong);
  for (const wire of wires) {
    checkTurns(wire, calls, leases, wrong);
    checkOrder(wire, calls, wrong);
  }
  return { wrong: wrong.all, counts };
}

/** Sentences by their kinds; of a kind not too many. */
class Faults {
  #kinds = new Map();
  add(kind, what) {
    const before = this.#kinds.get(kind) ?? [];
    this.#kinds.set(kind, [...before, what]);
  }
  get all() {
    return [...this.#kinds].flatMap(([kind, all]) => {
      const rest = all.length - TOLD_MAX;
      return [
        ...all.slice(0, TOLD_MAX).map((what) => `${kind}: ${what}`),
        ...(rest > 0 ? [`${kind}: ${rest} more`] : []),
      ];
    });
  }
}

/** Each transfer with its end, if its client lived to see it. */
function callsOf(clients, wrong) {
  const calls = new Map();
  for (const lines of clients) {
    let isKilled = true;
    for (const line of lines) {
      const { event, tag, at } = line;
      if (event === 'asks') calls.set(tag, { ...line, place: calls.size, again: [] });
      else if (event === 'ends') Object.assign(calls.get(tag), { end: at, code: line.code });
      else if (event === 'asks again') for (const each of line.tags) calls.get(each).again.push(at);
      else if (event === 'hangs') wrong.add('hangs', line.what);
      else if (event === 'stopped') isKilled = false;
      if (event === 'ends' && line.isOther) wrong.add('read what another wrote', tag);
    }
    if (isKilled) continue;
    for (const { event, tag } of lines)
      if (event === 'asks' && calls.get(tag).end === undefined) wrong.add('has no end', tag);
  }
  return calls;
}

/** When each lease began and ended, by its host. None is held by two, and none outlives its TTL. */
function leasesOf(hosts, wrong) {
  const leases = new Map();
  for (const [host, lines] of Object.entries(hosts)) {
    const holders = new Map();
    const end = (lease, at) => {
      lease.end = at;
      for (const bus of lease.buses) holders.delete(bus);
    };
    for (const { event, at, who, buses } of lines) {
      if (event === 'started') for (const lease of new Set(holders.values())) end(lease, at);
      if (event === 'ended') end(leases.get(who), at);
      if (event === 'outlived') wrong.add('outlived its TTL', `${who} on ${host}`);
      if (event !== 'granted') continue;
      const lease = { who, host, buses, begin: at, end: Number.POSITIVE_INFINITY };
      for (const bus of buses) {
        if (holders.has(bus))
          wrong.add('held by two', `${bus} of ${host}: ${holders.get(bus).who} and ${who}`);
        holders.set(bus, lease);
      }
      leases.set(who, lease);
    }
  }
  return leases;
}

/** Fences only grow, also when a host starts again. @returns how many were seen */
function fencesOf(clients, hosts, wrong) {
  const granted = clients.flat().filter(({ event, code }) => event === 'leases' && code === undefined);
  const fences = new Map(granted.map(({ who, fence }) => [who, fence]));
  for (const [host, lines] of Object.entries(hosts)) {
    let last = 0;
    for (const { event, who } of lines) {
      const fence = fences.get(who);
      if (event !== 'granted' || fence === undefined) continue;
      // A lease that was lost before its client looked has none.
      if (fence === 0) continue;
      if (fence <= last)
        wrong.add('a fence that does not grow', `${who} on ${host}: ${fence} behind ${last}`);
      last = fence;
    }
  }
  return fences.size;
}

/** Nothing reaches a wire twice; what succeeded did so once, while it was asked; what was refused did not. */
function checkOnce(calls, onWire, counts, wrong) {
  const carried = new Map();
  for (const record of onWire) {
    const { tag, wire } = record;
    const call = calls.get(tag);
    if (carried.has(tag)) wrong.add('sent twice', tag);
    carried.set(tag, record);
    if (call === undefined) wrong.add('sent, and nobody asked for it', tag);
    else if (call.bus !== wire.bus) wrong.add('sent on another bus', tag);
    else if (record.at < call.at) wrong.add('sent before it was asked for', tag);
  }
  let answered = 0;
  for (const [tag, { code, end, again }] of calls) {
    const record = carried.get(tag);
    const how = end === undefined ? 'killed' : (code ?? 'done');
    counts.ends[how] = (counts.ends[how] ?? 0) + 1;
    if (end === undefined) continue;
    if (code === undefined && record === undefined) wrong.add('lost without an errno', tag);
    if (code === undefined && record !== undefined && record.at > end)
      wrong.add('sent after it had ended', tag);
    if (code !== undefined && !ERRNO.test(code)) wrong.add('failed without an errno', `${tag}: ${code}`);
    const refused = record?.wire.hasAdapter ? REFUSED : REFUSED_WITHOUT_ADAPTER;
    if (record !== undefined && refused.includes(code)) wrong.add('refused, and sent', `${tag}: ${code}`);
    if (code === undefined && again.some((at) => record !== undefined && record.at < at)) answered++;
  }
  counts.answeredFromKept = answered;
}

/** A transfer is on the wire while its lease lasts, and never when another one has the bus. */
function checkTurns({ host, bus, hasAdapter, records }, calls, leases, wrong) {
  const turns = [...leases.values()]
    .filter((lease) => lease.host === host && lease.buses.includes(bus))
    .sort((a, b) => a.begin - b.begin);
  const next = new Map(
    turns.map(({ who }, index) => [who, turns[index + 1]?.begin ?? Number.POSITIVE_INFINITY]),
  );
  for (const { tag, at } of records) {
    const who = calls.get(tag)?.who;
    if (who === undefined) continue;
    const lease = leases.get(who);
    const place = `${tag} of ${who} on ${bus} of ${host}`;
    if (lease === undefined || !next.has(who) || at < lease.begin) wrong.add('sent without a lease', place);
    // What was on its way through an adapter when the lease ended is waited for.
    else if (at > next.get(who)) wrong.add('sent while another had the bus', place);
    else if (!hasAdapter && at > lease.end) wrong.add('sent after its lease', place);
  }
}

/** What one client asked for on one bus reaches it in that order. */
function checkOrder({ bus, records }, calls, wrong) {
  const last = new Map();
  for (const { tag } of records) {
    const call = calls.get(tag);
    if (call === undefined) continue;
    if (call.place < (last.get(call.who) ?? -1)) wrong.add('out of order', `${tag} on ${bus}`);
    last.set(call.who, call.place);
  }
}
