import type { Change, Facet, RecallReport, SetResponse, StoreInfo } from "../model/answers.js";
import type { Entry, EntryInput, Examples, Include, Key, Match, Page } from "../model/entry.js";
import type { Metadata } from "../model/metadata.js";
import type { CallOptions, FindOptions, SearchOptions, SetMode, Target } from "../model/options.js";
import type { MetadataMode, Patch } from "../model/patch.js";
import type { VectorInput } from "../model/vector.js";
import type { FieldName, Where } from "../model/where.js";

/** The handle of one named store, in every reach. Iterating it gives every entry, in id order. */
export interface Store<M = Metadata> extends AsyncIterable<Entry<M>> {
  readonly name: string;
  /** One entry or many, all or nothing; `replace` is refused where the entry is absent, `insert` where it is there. */
  set(
    entries: EntryInput<M> | Iterable<EntryInput<M>>,
    options?: { mode?: SetMode | undefined } & CallOptions,
  ): Promise<SetResponse>;
  /**
   * Any number, in batches (1,000, fewer where they are large), each all or nothing. The first
   * failure ends it; what was set stays set. Given up when some were set, it is OUTCOME_UNKNOWN with
   * `details.done`. What the iterable has yielded must not change until then.
   */
  load(
    entries: Iterable<EntryInput<M>> | AsyncIterable<EntryInput<M>>,
    options?: {
      batch?: number | undefined;
      onProgress?: ((done: number) => void) | undefined;
    } & CallOptions,
  ): Promise<SetResponse>;
  /** The entry, or undefined where there is none. */
  get<const I extends Include = {}>(
    id: string,
    options?: { include?: I | undefined } & CallOptions,
  ): Promise<Entry<M, I> | undefined>;
  /** In the order of the keys. */
  get<const I extends Include = {}>(
    keys: readonly Key[],
    options?: { include?: I | undefined } & CallOptions,
  ): Promise<(Entry<M, I> | undefined)[]>;
  /**
   * Changes parts of entries, of all that the target means or of none; how many there were. Fields of the metadata are
   * merged by their top-level names. With `ifVersion`, for an id or keys, each of them must have that version.
   */
  update(
    target: Target<M>,
    patch: Patch<M>,
    options?: {
      metadata?: MetadataMode | undefined;
      ifVersion?: number | undefined;
    } & CallOptions,
  ): Promise<number>;
  /** How many there were. With `ifVersion`, for an id or keys, each of them must have that version. */
  delete(
    target: Target<M>,
    options?: { ifVersion?: number | undefined } & CallOptions,
  ): Promise<number>;
  /** A page of entries in id order, or by `sort`. */
  find<const I extends Include = {}>(
    options?: FindOptions<M, I> & CallOptions,
  ): Promise<Page<Entry<M, I>>>;
  /**
   * Every entry in id order, or by `sort`, page by page. One that is there all along comes exactly once. A page is
   * asked for when the one before is used up, and `timeoutMs` counts for each.
   */
  entries<const I extends Include = {}>(
    options?: Omit<FindOptions<M, I>, "cursor" | "limit"> & CallOptions,
  ): AsyncIterableIterator<Entry<M, I>>;
  count(options?: { where?: Where<M> | undefined } & CallOptions): Promise<number>;
  /**
   * How many entries have each value of a field, dotted or not, among all or those that the predicate allows. Where
   * the field has an index that is asked, else the entries are. Values are told apart as predicates do, by type and
   * content; a list counts for each of its elements, once, an entry without the field for nothing.
   *
   * The commonest first, `limit` of them at most, 1 to `limits.limit` (100); those that are as common in the order that
   * `sort` of `find` has.
   */
  facets(
    field: FieldName<M>,
    options?: { where?: Where<M> | undefined; limit?: number | undefined } & CallOptions,
  ): Promise<Facet[]>;
  /** The nearest first: `limit` of them whenever that many match. */
  search<const I extends Include = {}>(
    target: VectorInput | Examples,
    options?: SearchOptions<M, I> & CallOptions,
  ): Promise<Match<M, I>[]>;
  /** One search a target, answered in their order; targets times `limit` is at most 100 x `limits.limit`. */
  searchMany<const I extends Include = {}>(
    targets: readonly VectorInput[],
    options?: SearchOptions<M, I> & CallOptions,
  ): Promise<Match<M, I>[][]>;
  /**
   * How much of the true nearest searches at the standard recall (0.95) find, measured now: some of the store's own
   * vectors, drawn at random, are searched for and each answer is compared with the exact one. What was searched for is
   * not counted, and whatever is as near as the last of the true nearest counts as true. All of it is one read.
   *
   * `samples` is 1 to `limits.limit` (100), of which there are fewer where the store has fewer; `limit` is as of a
   * search (10). With `where` the searches have that predicate, whatever they search for.
   */
  measureRecall(
    options?: {
      samples?: number | undefined;
      limit?: number | undefined;
      where?: Where<M> | undefined;
    } & CallOptions,
  ): Promise<RecallReport>;
  /**
   * Makes an index of a field, dotted or not, on what is there already, too: predicates about it need no longer look at
   * every entry. Whether there was none; settles when the index is used. It is built behind other work, through
   * restarts as well, and `info()` says how far it has come; whoever gives the call up leaves it to be built.
   *
   * An index knows equality, ranges of numbers, strings and dates, beginnings of strings, elements of lists, and
   * whether the field is there. It never changes an answer.
   *
   * @throws INVALID_ARGUMENT for a field that holds vectors, LIMIT_EXCEEDED for more than 64 indexes
   */
  createIndex(field: FieldName<M>, options?: CallOptions): Promise<boolean>;
  /** Whether there was one. @throws INDEX_NOT_FOUND unless `ifExists` is given, BUSY while it is being built. */
  dropIndex(
    field: FieldName<M>,
    options?: { ifExists?: boolean | undefined } & CallOptions,
  ): Promise<boolean>;
  info(options?: CallOptions): Promise<StoreInfo>;
  /**
   * The changes behind `since`, in order, and those to come; without `since`, from the first step on. They are
   * pulled, so that whoever is slow misses none while they are kept: the last 1,000,000, for 24 hours. A client
   * that loses its connection goes on for a minute. It ends when the loop is left; an aborted signal ends it with
   * ABORTED, a closed engine with CLOSED, a dropped or renamed store with STORE_NOT_FOUND. `timeoutMs` is what each
   * query may take.
   *
   * @throws HISTORY_LOST where `since` is of another engine, of another store, or no longer kept
   * @throws INVALID_ARGUMENT for what is no position, or one in the future
   */
  watch(
    options?: { since?: string | undefined; where?: Where<M> | undefined } & CallOptions,
  ): AsyncIterableIterator<Change>;
}
