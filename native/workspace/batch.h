// What the workers of a Build do with some files at a time. Values in, values out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workspace/facts_store.h"
#include "workspace/intake.h"
#include "workspace/look.h"

namespace coder::workspace {

/// A file to be looked at, and what the Index holds of it.
struct Task {
  Wanted wanted;
  KnownFacts known;
  bool parse = false;  ///< what is stored of it was of no use
};

/// A file whose facts are stored.
struct Stored {
  Task task;
  FactsStore::Kept kept;
};

struct Batch {
  std::vector<Look> looks;                 ///< to be taken in
  size_t parsed = 0;                       ///< of these
  std::vector<FactsStore::Entry> entries;  ///< to be stored
  std::vector<Stored> stored;              ///< without facts: those of their text are stored
  std::vector<Task> missed;                ///< not stored after all: to be read
};

/// Reads and parses. `keep`: what is to be stored is wanted. `hashes`: the texts whose facts are stored; may
/// be null.
Batch read_batch(const Selection& selection, std::vector<Task> tasks, uint64_t stamp, bool keep,
                 const Hashes* hashes);

/// Makes looks of what is stored.
Batch decode_batch(const Selection& selection, std::vector<Stored> stored, uint64_t stamp);

/// As it is stored; nullopt if there is nothing to store.
std::optional<FactsStore::Entry> entry_of(const Look& look);

/// Files that people search first come first: those with a grammar, of them those that were worked on of
/// late, of them the small ones, because they bring the most names in the least time.
void sort_by_use(std::vector<Task>& tasks);

}  // namespace coder::workspace
