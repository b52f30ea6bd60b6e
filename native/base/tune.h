#pragma once
#include <cstdlib>
inline double tune(const char* name, double usual) { const char* v = std::getenv(name); return v ? std::atof(v) : usual; }
#define TUNE(name, usual) ([]{ static const double v = tune(#name, usual); return v; }())
