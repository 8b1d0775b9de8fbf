/** The word of the list that was meant: whatever its case, and without accents if need be. */
export function findWord(words: readonly string[], typed: string): string | undefined {
  const word = typed.trim().normalize("NFC").toLowerCase();
  const plain = word.normalize("NFD").replace(/\p{M}/gu, "");
  return [word, plain].find((candidate) => words.includes(candidate));
}

/** A sentence for a word that the list lacks, with up to five that are spelled alike. */
export function notThere(words: readonly string[], typed: string): string {
  const similar = similarSpellings(words, typed);
  const hint = similar.length === 0 ? "Try another one." : `Did you mean ${similar.join(", ")}?`;
  return `"${typed}" is not among the ${words.length.toLocaleString("en")} words. ${hint}`;
}

/** At most two letters away, the closest and most frequent first. */
function similarSpellings(words: readonly string[], typed: string): string[] {
  const word = typed.trim().toLowerCase();
  return words
    .map((candidate) => ({ candidate, edits: editsBetween(word, candidate) }))
    .filter(({ edits }) => edits <= 2)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 5)
    .map(({ candidate }) => candidate);
}

/** How many letters must be put in, left out or exchanged (Levenshtein, 1965); 3 stands for more than 2. */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
