/** The {@code chunkfs} command: one class per subcommand. */
@NullMarked
package org.chunkfs.cli;

import org.jspecify.annotations.NullMarked;
