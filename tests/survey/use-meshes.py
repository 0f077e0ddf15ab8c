# /// script
# requires-python = ">=3.13"
# dependencies = ["vtk", "trimesh", "pyvista"]
#
# [tool.application]
# does = "A scene made without a screen"
# ///
import trimesh

box = trimesh.creation.box()
print(box.volume, box.is_watertight, len(box.export(file_type="stl")) > 100)
from vtkmodules.vtkFiltersSources import vtkSphereSource

sphere = vtkSphereSource()
sphere.Update()
print(sphere.GetOutput().GetNumberOfPoints())
try:
    import vtkmodules.all

    print(vtkmodules.vtkCommonCore.vtkVersion.GetVTKVersion() > "9")
except ImportError as error:
    print(str(error).split(":")[0])
