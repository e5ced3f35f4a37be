/** RFC 5424 §6: header, structured data, message. Only the message is used: who sent it is told by the connection, not by what it says of itself. */

/** The message's text, without its byte order mark. Undefined: no syslog message of version 1. */
export function readSyslog(bytes: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const header = /^<(?:\d|[1-9]\d|1[0-8]\d|19[01])>1 \S{1,64} \S{1,255} \S{1,48} \S{1,128} \S{1,32} /.exec(text);
  if (header === null) return undefined;
  const data = /^(?:-|(?:\[[^\s="\]]{1,32}(?: [^\s="\]]{1,32}="(?:[^"\\\]]|\\.)*")*\])+)(?: |$)/s.exec(
    text.slice(header[0].length),
  );
  if (data === null) return undefined;
  return text.slice(header[0].length + data[0].length).replace(/^\uFEFF/, '');
}
