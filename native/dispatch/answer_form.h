// How a server is told the form of an answer: by a schema, as some JSON, or not at all. A server that refuses
// one is asked with the next, and that is remembered for the life of the process.
#pragma once

#include <map>
#include <string>

#include "config/config.h"
#include "provider/chat.h"

namespace coder::dispatch {

class AnswerForms {
 public:
  /// Adds to `params` what this model takes of `schema` (may be empty).
  void put(const config::Model& model, const std::string& schema, provider::ChatParams& params) const;

  /// A question with this schema failed. True: because of it, and the next form is left to try.
  bool refused(const config::Model& model, const std::string& schema, const provider::ChatError& error);

  void forget() { known_.clear(); }

 private:
  config::JsonForm form(const config::Model& model) const;

  std::map<std::string, config::JsonForm> known_;  ///< by NAME
};

}  // namespace coder::dispatch
