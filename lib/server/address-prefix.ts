/**
 * The part of a peer's address that one party has as a rule: /24 of IPv4, /64 of IPv6. What has no
 * address is within the machine, all of it one party.
 *
 * @param peer "192.0.2.1:50000", "[2001:db8::1]:50000", or the name of another transport
 */
export function addressPrefix(peer: string): string {
  const four = /^(?:\[::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\]?:\d+$/i.exec(peer)?.[1];
  if (four !== undefined) return four;
  const six = /^\[([0-9a-f:]+)(?:%[^\]]*)?\]:\d+$/i.exec(peer)?.[1];
  return six === undefined ? "local" : firstGroups(six);
}

/** Four of the eight groups, those that "::" stands for among them. */
function firstGroups(address: string): string {
  const [head, tail] = address.toLowerCase().split("::").map(groupsOf);
  if (tail === undefined) return head.slice(0, 4).join(":");
  const zeros = new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":").map((group) => group.replace(/^0+(?=.)/, ""));
}
