#include "dispatch/answer_form.h"

#include "base/text.h"

namespace coder::dispatch {

using config::JsonForm;

namespace {

bool names_the_form(const std::string& message) {
  const std::string lower = lower_ascii(message);
  for (const char* const word : {"response_format", "response format", "json_schema", "json schema",
                                 "json_object", "grammar", "structured output", "guided"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

JsonForm AnswerForms::form(const config::Model& model) const {
  const auto known = known_.find(model.name);
  return known == known_.end() ? model.json : known->second;
}

void AnswerForms::put(const config::Model& model, const std::string& schema,
                      provider::ChatParams& params) const {
  if (schema.empty()) return;
  const JsonForm wanted = form(model);
  if (wanted == JsonForm::schema) params.json_schema = schema;
  params.json_mode = wanted == JsonForm::object;
}

bool AnswerForms::refused(const config::Model& model, const std::string& schema,
                          const provider::ChatError& error) {
  const JsonForm wanted = form(model);
  const bool refusal =
      error.status == 400 || error.status == 404 || error.status == 422 || error.status == 501;
  if (schema.empty() || wanted == JsonForm::none || error.content_seen || !refusal) return false;
  if (!names_the_form(error.message)) return false;
  known_[model.name] = wanted == JsonForm::schema ? JsonForm::object : JsonForm::none;
  return true;
}

}  // namespace coder::dispatch
