import { InvalidArgumentError, Option } from "commander";

/** A flag that may come from the environment too: --max-clients is AHNLICH_MAX_CLIENTS. */
export function flag(name: string, value: string, description: string): Option {
  const option = new Option(`--${name} <${value}>`, description);
  return option.env(variableOf(name)).argParser(parseText);
}

/** A flag without a value; its variable sets it whatever it holds. */
export function switchFlag(name: string, description: string): Option {
  return new Option(`--${name}`, description).env(variableOf(name));
}

/** A flag with a whole number from `min` to `max`. */
export function numberFlag(name: string, description: string, min: number, max: number): Option {
  return flag(name, "number", description).argParser(parseNumber(min, max));
}

/** The same, from the command line alone: `numberOption("from <line>", …)`. */
export function numberOption(name: string, description: string, min: number, max: number): Option {
  return new Option(`--${name}`, description).argParser(parseNumber(min, max));
}

function parseNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

function variableOf(name: string): string {
  return `AHNLICH_${name.toUpperCase().replaceAll("-", "_")}`;
}

function parseText(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("Expected a text that is not empty.");
}
