/* Included before every source file of CPython.
 *
 * hypot of glibc 2.35 differs from the older one only in that it does not go through a wrapper for SVID error
 * handling, and it alone would keep the executable from running on glibc 2.34. Bind to the older one. */
#ifndef __ASSEMBLER__
__asm__(".symver hypot, hypot@GLIBC_2.2.5");
#endif
