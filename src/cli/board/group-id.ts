import { readFileSync } from 'node:fs';

/** The number of a group by its name or number. @throws {Error} for one that the machine does not have */
export function groupId(group: string, database = readFileSync('/etc/group', 'utf8')): number {
  if (/^\d+$/.test(group)) return Number(group);
  // name:password:gid:members (group(5))
  for (const line of database.split('\n')) {
    const [name, , gid] = line.split(':');
    if (name === group && gid !== undefined) return Number(gid);
  }
  throw new Error(`group not found: ${group}; create it with groupadd or name another`);
}
