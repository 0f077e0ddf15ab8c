//! Native libraries inside the image.
