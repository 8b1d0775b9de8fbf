/** Whether it is an address of this machine alone, under whatever name. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || loopback.test(host);
}

const loopback = /^(?:::1|(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;
