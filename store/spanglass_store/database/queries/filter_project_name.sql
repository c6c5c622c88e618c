AND project_name = $project_name
