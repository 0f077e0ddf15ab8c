# /// script
# requires-python = ">=3.13"
# dependencies = ["scikit-image", "imageio", "opencv-python-headless", "tifffile"]
#
# [tool.application]
# does = "Pictures, with the packages' own"
# ///
import cv2
import imageio.v3
import numpy
from skimage import color, data, feature, filters, io, segmentation

camera = data.camera()
print(camera.shape, int(filters.threshold_otsu(camera)), feature.canny(camera).sum() > 100)
print(color.rgb2gray(numpy.ones((2, 2, 3))).tolist(), segmentation.slic(numpy.zeros((20, 20, 3)), n_segments=4).shape)
gray = (numpy.arange(10000).reshape(100, 100) % 255).astype("uint8")
ok, png = cv2.imencode(".png", gray)
print(ok, (cv2.imdecode(png, 0) == gray).all(), cv2.GaussianBlur(gray, (5, 5), 0).shape, cv2.getBuildInformation().count("\n") > 10)
print(imageio.v3.imread(imageio.v3.imwrite("<bytes>", gray, extension=".png")).shape)
