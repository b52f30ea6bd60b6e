// What a batch has come to so far, so that the same command goes on where it was: one file per batch,
// $XDG_STATE_HOME/coder-nvim/batches/<hash>.jsonl, one line per answer. It holds answers, also about private
// files, so nobody else may read it (0600 in a folder of 0700). All of it
// blocks; find() may run beside append(), nothing else may.
//
//   {"id": "…", "sha256": "…", "result": {…}}    an answer about the file of this id with this text
//   {"forget": ["…", …]}                         told in full: answers about these are no more
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/value.h"

namespace coder::app {

/// What a journal's file holds, by where it stands there: answers may be large.
struct JournalIndex {
  struct Entry {
    std::string sha256;  ///< of the text that was sent
    uint64_t at = 0;     ///< where its line begins
    uint64_t size = 0;   ///< of the line, without its end
  };
  std::map<std::string, Entry> entries;  ///< by id; of several the last
  uint64_t end = 0;                      ///< of the last whole line: what follows was cut off

  /// Lines that are no records are passed over.
  static JournalIndex read(std::istream& in);
};

class BatchJournal {
 public:
  struct Record {
    std::string id;
    std::string sha256;
    codec::Value::Map result;
  };

  /// Takes the journal called `name` in `folder`, which is made; `fresh` empties it. Journals that nobody has
  /// written to for 30 days go. Kind usage: another process is at this batch; kind internal: it cannot be
  /// used.
  static Result<std::unique_ptr<BatchJournal>> open(const std::string& folder, const std::string& name,
                                                    bool fresh);
  ~BatchJournal();
  BatchJournal(const BatchJournal&) = delete;

  size_t size() const { return index_.entries.size(); }
  /// The answer about this text of this file, as it was written; nullopt: there is none.
  std::optional<codec::Value::Map> find(const std::string& id, const std::string& sha256) const;

  /// Writes records and waits until they are on the disk. After a failure the file ends as it did before.
  Result<void> append(const std::vector<Record>& records);
  /// All is told about these files: their answers go, and the file with the last of them.
  Result<void> forget(const std::vector<std::string>& ids);

 private:
  BatchJournal(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  Result<void> write(const std::string& lines);

  int fd_ = -1;
  std::string path_;
  JournalIndex index_;
  uint64_t end_ = 0;
};

/// "$XDG_STATE_HOME/coder-nvim/batches"; empty without a home.
std::string batch_folder();

}  // namespace coder::app
