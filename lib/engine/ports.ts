import type { InjectionToken } from "tsyringe";

/** Milliseconds since 1970. */
export interface Clock {
  now(): number;
}

export const Clock: InjectionToken<Clock> = Symbol("Clock");

/** Unpredictable bytes. */
export interface Random {
  bytes(count: number): Uint8Array;
}

export const Random: InjectionToken<Random> = Symbol("Random");

/** What an operator should know and no caller can be told. */
export interface Logger {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

export const Logger: InjectionToken<Logger> = Symbol("Logger");
