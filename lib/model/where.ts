import type { Metadata, MetadataValue, Scalar } from "./metadata.js";

type Nested<V> = V extends Scalar | undefined | readonly unknown[] ? never : V;
type Deeper = [never, 0, 1, 2, 3];

/** The dotted names of M's fields, four levels deep. */
export type FieldName<M, Depth extends number = 4> = M extends unknown
  ? string extends keyof M
    ? string
    : {
        [F in keyof M & string]:
          | F
          | ([Depth] extends [0]
              ? never
              : [Nested<M[F]>] extends [never]
                ? never
                : `${F}.${FieldName<Nested<M[F]>, Deeper[Depth]>}`);
      }[keyof M & string]
  : never;

/** What the field of that name holds, in any member of M that has it. */
export type FieldValue<M, Name> = M extends unknown
  ? Name extends keyof M
    ? Exclude<M[Name], undefined>
    : Name extends `${infer F}.${infer Rest}`
      ? F extends keyof M
        ? FieldValue<Nested<M[F]>, Rest>
        : never
      : never
  : never;

type Ordered<V> = V extends number
  ? number
  : V extends string
    ? string
    : V extends Date
      ? Date
      : never;

interface EveryOperator<V> {
  $eq: V;
  $ne: V;
  $in: readonly V[];
  $nin: readonly V[];
  $gt: Ordered<V>;
  $gte: Ordered<V>;
  $lt: Ordered<V>;
  $lte: Ordered<V>;
  $exists: boolean;
  $startsWith: V extends string ? string : never;
  $contains: V extends readonly (infer E)[] ? E : never;
}

/** The operators that make sense for a field holding V. */
export type Operators<V> = {
  readonly [O in keyof EveryOperator<V> as [EveryOperator<V>[O]] extends [never]
    ? never
    : O]?: EveryOperator<V>[O];
};

/** A scalar or a list stands for itself ($eq); an object is always operators. */
export type Condition<V> = Extract<V, Scalar | readonly unknown[]> | Operators<V>;

interface AnyWhere {
  readonly [name: string]: Condition<MetadataValue> | AnyWhere | readonly AnyWhere[] | undefined;
}

/** A predicate over metadata of shape M, as callers write it. */
export type Where<M = Metadata> = string extends keyof M
  ? AnyWhere
  : { readonly [Name in FieldName<M>]?: Condition<FieldValue<M, Name>> } & {
      readonly $and?: readonly Where<M>[];
      readonly $or?: readonly Where<M>[];
      readonly $not?: Where<M>;
    };
