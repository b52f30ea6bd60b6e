// What was spent today and this month, by model, lane and project, and which limits that reaches: values.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "config/config.h"
#include "ledger/attempt.h"

namespace coder::ledger {

struct Spent {
  struct Of {
    std::string model, lane, project;
    bool operator<(const Of& other) const {
      return std::tie(model, lane, project) < std::tie(other.model, other.lane, other.project);
    }
  };
  struct Sums {
    Nano today = 0, month = 0;
  };
  int day = 0;  ///< the today that is meant
  std::map<Of, Sums> sums;

  void add(const Attempt& attempt);
  /// The same on another day: what was spent before it, or in a month before, does not count any more.
  Spent on(int today) const;
  /// Over all of a lane; an empty word: over all lanes.
  Sums total(const std::string& lane = "") const;
};

/// A limit and how far it is.
struct Limit {
  enum class Scope { all, model, lane, project };
  Scope scope = Scope::all;
  std::string name;  ///< of the model, lane or project
  bool daily = false;
  Nano limit = 0, spent = 0;

  bool reached() const { return spent >= limit; }
  bool near() const { return !reached() && static_cast<double>(spent) >= 0.8 * static_cast<double>(limit); }
  /// "$5.12 of $5.00 spent today", "$1.00 of $2.00 spent this month by relay".
  std::string words() const;
};

/// The limits that count for work in `project` (a folder, may be empty), in the order of the file.
std::vector<Limit> limits_of(const config::Budget& budget, const Spent& spent, const std::string& project);

/// Why this model may not be asked for work in `project`: the first limit that was reached; empty: it may.
std::string stopped(const config::Budget& budget, const Spent& spent, const std::string& project,
                    const config::Model& model);

/// Is a model of this NAME and lane subject to the limit? The one over all is of cloud lanes.
bool applies(const Limit& limit, const config::Model& model);

}  // namespace coder::ledger
