/** Linear addresses: page walker, TLBs, code pages, access to guest memory as an instruction sees it. */
@NullMarked
package dev.hagen.mmu;

import org.jspecify.annotations.NullMarked;
