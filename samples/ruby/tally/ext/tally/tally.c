#include <ruby.h>

/* Counts the ones of a number's binary form. */
static VALUE tally_ones(VALUE self, VALUE number) { return INT2NUM(__builtin_popcountl(NUM2ULONG(number))); }

void Init_tally(void) { rb_define_singleton_method(rb_define_module("Tally"), "ones", tally_ones, 1); }
