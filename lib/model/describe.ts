/** What a value is, in a few words for a sentence that ends in "got ...". Bounded in length. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "string":
      return `the string ${JSON.stringify(shorten(value))}`;
    case "bigint":
      return "a BigInt";
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : describeObject(value);
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return "an array";
  const maker: unknown = Object.getPrototypeOf(value)?.constructor;
  const name = typeof maker === "function" ? shorten(String(maker.name)) : "";
  if (name === "" || name === "Object") return "an object";
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}...`;
}
