/** A row of a CSV file: its fields, quotes taken away. */
export function csvFields(line: string): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] === '"') {
      let text = '';
      at++;
      for (; at < line.length; at++) {
        if (line[at] !== '"') text += line[at];
        else if (line[at + 1] === '"') text += line[at++];
        else break;
      }
      fields.push(text);
      const comma = line.indexOf(',', at);
      at = comma < 0 ? line.length + 1 : comma + 1;
      continue;
    }
    const comma = line.indexOf(',', at);
    const end = comma < 0 ? line.length : comma;
    fields.push(line.slice(at, end).trim());
    at = end + 1;
  }
  return fields;
}

/** A text as a field. A spreadsheet takes what begins with `=`, `+`, `-` or `@` as a formula: a blank is put in front. */
export function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? ` ${text}` : text;
  return `"${safe.replaceAll(/[\r\n]+/g, ' ').replaceAll('"', '""')}"`;
}
